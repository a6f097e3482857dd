/** How long VirtualBox may take to tell a state before it counts as hung. */
export const ANSWER_MS = 20_000;
/** How long it may take to switch a machine off or to forget it, before the machine's process is ended the hard way. */
export const POWER_OFF_MS = 60_000;
