import { setTimeout as sleep } from 'node:timers/promises';
import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { VBoxManageError, type VirtualBox, type VmInfo } from '../../virtualbox/index.ts';
import type { MachineSpec } from '../driver.ts';
import { killProven, waitGone } from '../process-identity.ts';
import { explained, translate } from './failure.ts';
import { isInPlace } from './owner.ts';
import { processMark, runningProcess } from './process.ts';
import { hasProcess } from './state.ts';

const GONE_MS = 15_000;
const POLL_MS = 100;

/**
 * Pulls the plug and returns when the machine is off: by VirtualBox, or, when that does not answer, by ending the process that was
 * proved to be this machine's. A suspended machine loses its saved state.
 * @throws B2dError (hypervisorFailed) when it may still run.
 */
export async function powerOff(platform: Platform, open: () => Promise<VirtualBox>, spec: MachineSpec): Promise<void> {
  const vbox = await open();
  let failure: unknown;
  try {
    const info = await vbox.machine(spec.uuid);
    if (!info?.accessible || !(await isInPlace(platform, spec, info))) return await endProcess(platform, spec);
    if (isSaved(info)) return await vbox.discardState(spec.uuid);
    if (!hasProcess(info.state)) return;
    await vbox.powerOff(spec.uuid);
    if (await isOffSoon(vbox, spec)) return;
  } catch (error) {
    if (!(error instanceof VBoxManageError)) throw error;
    failure = error;
  }
  if ((await runningProcess(platform, spec)) !== undefined) return endProcess(platform, spec);
  if (await isOffSoon(vbox, spec).catch(() => false)) return;
  throw failure === undefined ? stillOn(spec) : translate(failure, `"${spec.name}" could not be switched off.`);
}

/** Throws away what a suspend saved; nothing to do where nothing was. */
export async function discardSavedState(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<void> {
  await explained(`The saved state of "${spec.name}" could not be discarded.`, async () => {
    const info = await vbox.machine(spec.uuid);
    if (info?.accessible && isSaved(info) && (await isInPlace(platform, spec, info))) await vbox.discardState(spec.uuid);
  });
}

function isSaved({ state }: VmInfo): boolean {
  return state === 'saved' || state === 'aborted-saved';
}

/** Whether it is off within a while. The process has to be gone too: it holds the disk, and VirtualBox's lock on the machine. */
async function isOffSoon(vbox: VirtualBox, spec: MachineSpec): Promise<boolean> {
  for (const deadline = Date.now() + GONE_MS; ; await sleep(POLL_MS)) {
    const info = await vbox.machine(spec.uuid);
    if (info === undefined || (!hasProcess(info.state) && info.session === undefined)) return true;
    if (Date.now() >= deadline) return false;
  }
}

async function endProcess(platform: Platform, spec: MachineSpec): Promise<void> {
  const pid = await runningProcess(platform, spec);
  if (pid === undefined) return;
  killProven(pid);
  if (!(await waitGone(platform, pid, processMark(spec.uuid), GONE_MS))) throw stillOn(spec);
}

function stillOn(spec: MachineSpec): B2dError {
  return new B2dError(`"${spec.name}" could not be switched off.`, { exit: 'hypervisorFailed', reason: "VirtualBox's process of the machine does not end.", remedy: `End the VirtualBox process with ${spec.uuid} on its command line by hand.` });
}
