import fs from 'node:fs/promises';
import type { Platform } from '../../platform/platform.ts';
import type { StateReport } from '../driver.ts';
import { readEndpoint, type Endpoint } from './connection.ts';
import { isThisMachine, readPid } from './identity.ts';
import { qemuFiles, type MachinePlace } from './layout.ts';
import { QmpError } from './qmp-error.ts';
import { withQmp } from './qmp.ts';

/** How long a QEMU that is there may take to answer before it counts as hung. */
export const ANSWER_MS = 3_000;

const RETRY_MS = 50;

/**
 * A machine's state as its QEMU tells it. It loads little, and runs a
 * program only in doubt on macOS and Windows, so that `b2d env` can afford it.
 * A pid file is never believed alone: QEMU's answer carries the machine's UUID, and where nothing answers the process
 * of that number must show the UUID on its command line.
 *
 * `stopped` and `crashed` are told apart by QEMU's own pid file: its orderly exit (guest power-off, quit, a polite
 * signal) removes it, a kill, a crash or a power failure leaves it behind.
 */
export async function queryState(platform: Platform, machine: MachinePlace, timeoutMs = ANSWER_MS): Promise<StateReport> {
  const files = qemuFiles(machine, platform.path);
  const deadline = Date.now() + timeoutMs;
  const endpoint = await readEndpoint(files.endpoint);
  for (;;) {
    const answer = endpoint ? await ask(endpoint, machine.uuid, Math.max(1, deadline - Date.now())) : 'nobody';
    const pid = await readPid(files.pidFile);
    if (typeof answer === 'object') return { ...answer, ...(pid !== undefined && { pid }) };
    const alive = pid === undefined ? false : await isThisMachine(platform, pid, machine.uuid);
    // A port may belong to another program since QEMU ended; a socket file cannot.
    if (answer === 'silent' && (alive !== false || endpoint?.kind === 'unix')) return { state: 'unknown', detail: 'QEMU does not answer on its control socket: it hangs or is stopped. End it with: b2d kill', ...(alive && { pid }) };
    if (alive === false) return atRest(files.dataDisk, pid !== undefined);
    // The process is there and refuses: it is just starting or ending, or (macOS) its queue of clients is full.
    if (Date.now() >= deadline) return unreachable(pid, alive);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function ask(endpoint: Endpoint, uuid: string, timeoutMs: number): Promise<StateReport | 'nobody' | 'silent'> {
  try {
    return await withQmp(endpoint, timeoutMs, async (session) => {
      const [status, identity] = (await Promise.all([
        session.execute('query-status', undefined, timeoutMs),
        session.execute('query-uuid', undefined, timeoutMs),
      ])) as [{ status: string }, { UUID: string }];
      return identity.UUID.toLowerCase() === uuid.toLowerCase() ? describe(status.status) : 'nobody';
    });
  } catch (error) {
    return error instanceof QmpError && error.failure === 'timeout' ? 'silent' : 'nobody';
  }
}

/** QEMU's run states (qapi/run-state.json) in the driver's words. */
export function describe(status: string): StateReport {
  switch (status) {
    case 'running':
      return { state: 'running' };
    case 'prelaunch':
    case 'preconfig':
    case 'inmigrate':
    case 'restore-vm':
      return { state: 'starting' };
    case 'shutdown':
      return { state: 'stopping' };
    case 'guest-panicked':
      return { state: 'crashed', detail: 'The guest kernel panicked.' };
    case 'internal-error':
      return { state: 'crashed', detail: 'The accelerator failed while the guest ran (QEMU says internal-error). Emulate instead: B2D_QEMU_ACCEL=tcg' };
    case 'io-error':
      return { state: 'paused', detail: "QEMU paused the machine because its disk file could not be written: the host's disk is full or failing. Free some space, then: b2d up" };
    case 'paused':
    case 'suspended':
    case 'save-vm':
    case 'finish-migrate':
    case 'postmigrate':
    case 'watchdog':
    case 'debug':
      return { state: 'paused', ...(status !== 'paused' && { detail: `QEMU says ${status}.` }) };
    default:
      return { state: 'unknown', detail: `QEMU says ${status}, which this b2d does not know.` };
  }
}

async function atRest(dataDisk: string, pidFileLeft: boolean): Promise<StateReport> {
  if (!(await fs.access(dataDisk).then(() => true, () => false))) return { state: 'absent' };
  return pidFileLeft ? { state: 'crashed', detail: 'QEMU ended without a shutdown: it was killed or crashed, or the host lost power.' } : { state: 'stopped' };
}

function unreachable(pid: number | undefined, alive: boolean | undefined): StateReport {
  if (!alive) return { state: 'unknown', detail: `Nothing answers on the control socket, and whether process ${pid} is this machine's QEMU cannot be told.` };
  return { state: 'unknown', detail: `QEMU runs as process ${pid}, but its control socket is gone. End it with: b2d kill`, pid };
}
