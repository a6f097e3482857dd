import fs from 'node:fs/promises';
import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { killProven, waitGone } from '../process-identity.ts';
import { readEndpoint } from './connection.ts';
import { isThisMachine, qemuMark, readPid } from './identity.ts';
import { qemuFiles, type MachinePlace } from './layout.ts';
import { withQmp } from './qmp.ts';
import { queryState } from './query-state.ts';

const QUIT_MS = 3_000;
const GONE_MS = 15_000;

/**
 * Pulls the plug and returns when QEMU is gone: by `quit`, or, when it does not answer, by killing the process that was
 * proved to be this machine's. Where nothing runs it clears what a crash left, so that the machine counts as stopped.
 * @throws B2dError (hypervisorFailed) when there is something that may be this machine's QEMU but cannot be proved to be.
 */
export async function powerOff(platform: Platform, machine: MachinePlace): Promise<void> {
  const files = qemuFiles(machine, platform.path);
  const pid = await readPid(files.pidFile);
  const endpoint = await readEndpoint(files.endpoint);
  const quit = endpoint !== undefined && (await withQmp(endpoint, QUIT_MS, async (session) => {
    const identity = (await session.execute('query-uuid', undefined, QUIT_MS)) as { UUID: string };
    if (identity.UUID.toLowerCase() === machine.uuid.toLowerCase()) await session.execute('quit', undefined, QUIT_MS);
  }).then(() => true, () => false));
  if (!(quit && (await waitOff(platform, machine, pid)))) {
    const proof = pid === undefined ? undefined : await isThisMachine(platform, pid, machine.uuid);
    if (pid !== undefined && proof) {
      killProven(pid);
      await waitOff(platform, machine, pid);
    }
    const { state, detail } = await queryState(platform, machine);
    if (!['stopped', 'crashed', 'absent'].includes(state)) {
      throw new B2dError('The machine could not be switched off.', { exit: 'hypervisorFailed', ...(detail && { reason: detail }), remedy: 'End the process qemu-system-x86_64 by hand.' });
    }
  }
  if ((await readPid(files.pidFile)) === pid) await fs.rm(files.pidFile, { force: true });
}

async function waitOff(platform: Platform, machine: MachinePlace, pid: number | undefined): Promise<boolean> {
  if (pid !== undefined) return waitGone(platform, pid, qemuMark(machine.uuid), GONE_MS);
  const { state } = await queryState(platform, machine);
  return ['stopped', 'crashed', 'absent'].includes(state);
}
