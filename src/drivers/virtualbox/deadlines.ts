/** How long VirtualBox may take to tell a state or to switch a machine off before it counts as hung. */
export const ANSWER_MS = 20_000;
