/**
 * Signal numbers of the Linux guest (signal(7), x86 and ARM). The host's own table will not do: macOS numbers some
 * differently and Windows lacks most. The first thirteen are the names of RFC 4254 6.10.
 */
const signalNumbers: Readonly<Record<string, number>> = {
  ABRT: 6, ALRM: 14, FPE: 8, HUP: 1, ILL: 4, INT: 2, KILL: 9, PIPE: 13, QUIT: 3, SEGV: 11, TERM: 15, USR1: 10, USR2: 12,
  TRAP: 5, BUS: 7, STKFLT: 16, CHLD: 17, CONT: 18, STOP: 19, TSTP: 20, TTIN: 21, TTOU: 22, URG: 23, XCPU: 24, XFSZ: 25,
  VTALRM: 26, PROF: 27, WINCH: 28, IO: 29, PWR: 30, SYS: 31,
};

/** 128 + n, as shells report a command that a signal ended; 128 alone for a signal without a known number. */
export function signalExitCode(name: string): number {
  const plain = name.replace(/^SIG/, '').replace(/@.*$/, '');
  return 128 + (signalNumbers[plain] ?? 0);
}
