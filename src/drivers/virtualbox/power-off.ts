import { setTimeout as sleep } from 'node:timers/promises';
import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { VBoxManageError, type VirtualBox, type VmInfo } from '../../virtualbox/index.ts';
import type { MachineSpec } from '../driver.ts';
import { killProven, waitGone } from '../process-identity.ts';
import { translate } from './failure.ts';
import { isInPlace } from './owner.ts';
import { processMark, runningProcess } from './process.ts';
import { describeState, hasProcess } from './state.ts';

const GONE_MS = 15_000;
const POLL_MS = 100;

/**
 * Pulls the plug and returns when the machine is off: by VirtualBox, or, when that does not answer, by ending the process that was
 * proved to be this machine's. A suspended machine loses its saved state.
 * @throws B2dError (hypervisorFailed) when it may still run.
 */
export async function powerOff(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<void> {
  let failure: VBoxManageError | undefined;
  try {
    if (await switchOff(platform, vbox, spec)) return;
  } catch (error) {
    if (!(error instanceof VBoxManageError)) throw error;
    failure = error;
  }
  const pid = await runningProcess(platform, spec);
  if (pid !== undefined) {
    killProven(pid);
    if (await waitGone(platform, pid, processMark(spec.uuid), GONE_MS)) return;
  }
  throw translate(failure, `"${spec.name}" could not be switched off.`) ?? stillOn(spec);
}

/** Whether VirtualBox switched it off. */
async function switchOff(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<boolean> {
  const info = await afterStopping(vbox, spec);
  if (!info?.accessible) return (await runningProcess(platform, spec)) === undefined;
  if (!(await isInPlace(platform, spec, info))) return true; // whatever runs under this UUID is not ours
  if (isSaved(info)) {
    await vbox.discardState(spec.uuid);
    return true;
  }
  if (hasProcess(info.state)) await vbox.powerOff(spec.uuid);
  return isOffSoon(vbox, spec);
}

export function isSaved({ state }: VmInfo): boolean {
  return state === 'saved' || state === 'aborted-saved';
}

/** The machine, after a shutdown or suspend that is under way, as far as that ends in time: a state that is being written is not cut off. */
async function afterStopping(vbox: VirtualBox, spec: MachineSpec): Promise<VmInfo | undefined> {
  for (const deadline = Date.now() + GONE_MS; ; await sleep(POLL_MS)) {
    const info = await vbox.machine(spec.uuid);
    if (info === undefined || describeState(info).state !== 'stopping' || Date.now() >= deadline) return info;
  }
}

/** Whether it is off within a while. Its session has to be over too: until then the process holds the disk and the machine's lock. */
async function isOffSoon(vbox: VirtualBox, spec: MachineSpec): Promise<boolean> {
  for (const deadline = Date.now() + GONE_MS; ; await sleep(POLL_MS)) {
    const info = await vbox.machine(spec.uuid);
    if (info === undefined || (!hasProcess(info.state) && info.session === undefined)) return true;
    if (Date.now() >= deadline) return false;
  }
}

function stillOn(spec: MachineSpec): B2dError {
  return new B2dError(`"${spec.name}" could not be switched off.`, { exit: 'hypervisorFailed', reason: "VirtualBox's process of the machine does not end.", remedy: `End the VirtualBox process with ${spec.uuid} on its command line by hand.` });
}
