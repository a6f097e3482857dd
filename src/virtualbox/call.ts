import { environmentFor } from './environment.ts';
import { VBoxManageError } from './error.ts';
import { tellsError } from './failure-text.ts';
import type { ProblemName } from './problems.ts';
import type { VirtualBoxHost } from './virtualbox.ts';

export interface CallOptions {
  /** Milliseconds until the call is ended and fails. */
  timeoutMs?: number;
}

/** Runs VBoxManage with these arguments. @returns its standard output. @throws VBoxManageError */
export type Call = (args: readonly string[], options?: CallOptions) => Promise<string>;

export interface CallerOptions {
  sleep?: (milliseconds: number) => Promise<unknown>;
}

/** A call that only asks or changes settings is done in less than a second; a busy computer gets its time. */
const DEADLINE = 60_000;
/** Those that write or read gigabytes. */
export const LONG_DEADLINE = 10 * 60_000;

/** Waits before the further tries: a service that starts or ends, or a session that is being closed, needs a second or two. */
export const BACKOFF: readonly number[] = [100, 200, 400, 800, 1600, 3200];

/** Refused before anything was done, so that any call may be tried again: several programs that start the service at once get these. */
const REFUSED: readonly ProblemName[] = ['object-not-ready', 'service-unreachable'];

export function caller(host: VirtualBoxHost, program: string, { sleep = wait }: CallerOptions = {}): Call {
  const env = environmentFor(host);
  return (args, { timeoutMs = DEADLINE } = {}) =>
    persistently(() => once(host, program, args, { timeoutMs, env }), async ({ problem }) => problem !== undefined && REFUSED.includes(problem), sleep);
}

/** Tries again while `again` says so, a bounded number of times. */
export async function persistently<T>(attempt: () => Promise<T>, again: (error: VBoxManageError) => Promise<boolean>, sleep: (milliseconds: number) => Promise<unknown>): Promise<T> {
  for (const pause of BACKOFF) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof VBoxManageError) || !(await again(error))) throw error;
    }
    await sleep(pause);
  }
  return attempt();
}

async function once(host: VirtualBoxHost, program: string, args: readonly string[], options: { timeoutMs: number; env: NodeJS.ProcessEnv }): Promise<string> {
  const command = [program, ...args];
  const result = await host.run(program, args, options).catch((cause: unknown) => {
    throw new VBoxManageError(host, { command, cause, ...(wasEnded(cause) && { timedOutAfter: options.timeoutMs }) });
  });
  if (result.code !== 0 || tellsError(result)) throw new VBoxManageError(host, { command, exitCode: result.code, stdout: result.stdout, stderr: result.stderr });
  return result.stdout;
}

/** Node marks a child that was ended at its deadline as `killed`; one that could not be started has a system error's code. */
function wasEnded(cause: unknown): boolean {
  return (cause as { killed?: unknown } | null)?.killed === true;
}

export function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
