import { LONG_DEADLINE, type Call, type CallOptions } from './call.ts';
import { parseMachineReadable } from './machine-readable.ts';
import type { SessionCall } from './sessions.ts';
import { snapshotsOf } from './snapshots.ts';
import type { VirtualBox } from './virtualbox.ts';

type Power = Pick<
  VirtualBox,
  | 'start' | 'pause' | 'resume' | 'reset' | 'powerOff' | 'acpiPowerButton' | 'saveState' | 'discardState'
  | 'takeSnapshot' | 'snapshots' | 'restoreSnapshot' | 'deleteSnapshot'
>;

/** Running, suspending, snapshots. */
export function powerCalls(call: Call, inSession: SessionCall): Power {
  const control = async (uuid: string, verb: string, options?: CallOptions): Promise<void> => void (await call(['controlvm', uuid, verb], options));
  const snapshot = async (uuid: string, ...verb: string[]): Promise<void> => void (await inSession(uuid, ['snapshot', uuid, ...verb], { timeoutMs: LONG_DEADLINE }));
  return {
    start: async (uuid) => void (await inSession(uuid, ['startvm', uuid, '--type', 'headless'], { timeoutMs: LONG_DEADLINE })),
    pause: (uuid) => control(uuid, 'pause'),
    resume: (uuid) => control(uuid, 'resume'),
    reset: (uuid) => control(uuid, 'reset'),
    powerOff: (uuid) => control(uuid, 'poweroff'),
    acpiPowerButton: (uuid) => control(uuid, 'acpipowerbutton'),
    saveState: (uuid) => control(uuid, 'savestate', { timeoutMs: LONG_DEADLINE }),
    discardState: async (uuid) => void (await inSession(uuid, ['discardstate', uuid])),
    takeSnapshot: (uuid, name, options) => snapshot(uuid, 'take', name, ...(options?.description ? ['--description', options.description] : [])),
    // `snapshot list` of a machine without any ends with 1 and a sentence; this has the same lines.
    snapshots: async (uuid) => snapshotsOf(parseMachineReadable(await call(['showvminfo', uuid, '--machinereadable']))),
    restoreSnapshot: (uuid, nameOrUuid) => snapshot(uuid, 'restore', nameOrUuid),
    deleteSnapshot: (uuid, nameOrUuid) => snapshot(uuid, 'delete', nameOrUuid),
  };
}
