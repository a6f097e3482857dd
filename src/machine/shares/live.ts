import { UnsupportedError } from '../../drivers/errors.ts';
import { messageOf } from '../../errors.ts';
import type { Machine } from '../machine.ts';
import type { ShareRecord } from '../record.ts';
import type { Workspace } from '../workspace.ts';
import { mountedShares, mountInGuest, unmountInGuest } from './guest.ts';
import { driverShare, shareTag } from './share.ts';

/** When a change of the shares counts: it does, at the machine's next start, or not before one of a machine that runs or is suspended. */
export type Effect = 'now' | 'start' | 'restart';

/** Mounts a new share in a machine that runs, where its hypervisor can take it; with another way of access or another owner it waits for a start. */
export async function addToRunning(workspace: Workspace, machine: Machine, share: ShareRecord, changed: boolean): Promise<Effect> {
  return whenRunning(workspace, machine, async () => {
    if (changed) return false;
    if ((await mountedShares(workspace, machine, [share])).has(shareTag(share))) return true;
    await machine.driver.share(machine.spec, driverShare(share));
    await mountInGuest(workspace, machine, share);
    return (await mountedShares(workspace, machine, [share])).has(shareTag(share));
  });
}

/** Takes a share from a machine that runs: from the guest, and from the hypervisor where that can let go of it. */
export async function removeFromRunning(workspace: Workspace, machine: Machine, share: ShareRecord): Promise<Effect> {
  return whenRunning(workspace, machine, async () => {
    await unmountInGuest(workspace, machine, share);
    await machine.driver.unshare(machine.spec, shareTag(share));
    return true;
  });
}

/** A change that cannot be made now is not lost: the record has it, and every start follows that. */
async function whenRunning({ debug, progress }: Workspace, { driver, spec }: Machine, change: () => Promise<boolean>): Promise<Effect> {
  const { state } = await driver.state(spec);
  if (state !== 'running') return state === 'paused' || state === 'saved' ? 'restart' : 'start';
  try {
    return (await progress.step('Shared folders', change)) ? 'now' : 'restart';
  } catch (error) {
    if (error instanceof UnsupportedError) debug(`${error.message} ${error.reason ?? ''}`);
    else progress.note(`The running machine could not be changed (${messageOf(error)}).`);
    return 'restart';
  }
}
