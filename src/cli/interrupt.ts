import { B2dError } from '../errors.ts';
import { ExitCode } from '../exit-codes.ts';

/** Milliseconds that the clean-up after Ctrl-C may take. */
const GRACE_MS = 5_000;

/**
 * Runs work that cleans up after itself when Ctrl-C ends it: the first one aborts the signal, another, or a clean-up that takes too long, ends the
 * process as always.
 * @param consequence for the user: what is there after that
 */
export async function interruptible<T>(consequence: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const usual = process.listeners('SIGINT');
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    for (const listener of usual) listener('SIGINT');
  };
  const first = (): void => {
    controller.abort(new B2dError('Interrupted.', { exit: 'interrupted', reason: consequence }));
    timer = setTimeout(end, GRACE_MS).unref();
    process.removeListener('SIGINT', first).on('SIGINT', end);
  };
  process.removeAllListeners('SIGINT').on('SIGINT', first);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    process.removeAllListeners('SIGINT');
    for (const listener of usual) process.on('SIGINT', listener);
  }
}

/** For commands that run until Ctrl-C, which is then no accident to be told: ends with 130 without a word. */
export function endQuietlyOnInterrupt(): void {
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', () => process.exit(ExitCode.interrupted));
}
