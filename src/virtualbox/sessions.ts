import { persistently, type Call } from './call.ts';
import { parseMachineInfo } from './machine-info.ts';
import type { VmState } from './virtualbox.ts';

/** In these states a process has the machine open for as long as it runs: no use waiting for its session. */
const OPEN: readonly VmState[] = ['running', 'paused', 'gurumeditation', 'livesnapshotting', 'onlinesnapshotting', 'teleporting'];

/**
 * A call that needs the machine's session. For a moment after a machine ended, its process holds the session still (`already locked for a
 * session (or being unlocked)`): that is waited for. VirtualBox takes the session before it does anything, so trying again is safe.
 */
export function sessionCall(call: Call, sleep: (milliseconds: number) => Promise<unknown>) {
  return (uuid: string, args: readonly string[], options: { timeoutMs?: number } = {}): Promise<string> =>
    persistently(() => call(args, options), async (error) => error.problem === 'session-locked' && !(await isOpen(call, uuid)), sleep);
}

export type SessionCall = ReturnType<typeof sessionCall>;

async function isOpen(call: Call, uuid: string): Promise<boolean> {
  const info = await call(['showvminfo', uuid, '--machinereadable']).catch(() => undefined);
  return info === undefined || OPEN.includes(parseMachineInfo(info).state);
}
