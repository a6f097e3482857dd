/**
 * Exit codes of every b2d command; docs/exit-codes.md explains them to users, and a test keeps the two alike.
 * 0-2 follow the shells' habit (ok, failed, wrong usage); the others are b2d's own and will not be renumbered.
 * `b2d ssh -- COMMAND` returns the command's own code instead, 128 + n for a signal.
 */
export const ExitCode = {
  ok: 0,
  failure: 1,
  usage: 2,
  machineAbsent: 3,
  machineNotRunning: 4,
  hypervisorMissing: 5,
  hypervisorFailed: 6,
  imageInvalid: 7,
  notReady: 8,
  portTaken: 9,
  storage: 10,
  stateUnreadable: 11,
  busy: 12,
  security: 13,
  unsupported: 14,
  network: 15,
  declined: 16,
  interrupted: 130,
} as const;

export type ExitCodeName = keyof typeof ExitCode;
