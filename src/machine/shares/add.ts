import type { Machine } from '../machine.ts';
import { writeRecord, type ShareRecord } from '../record.ts';
import type { Workspace } from '../workspace.ts';
import { enterShare, requestedShare, type ShareRequest } from './edit.ts';
import { addToRunning, type Effect } from './live.ts';

/**
 * Shares a folder with the machine: from its next start on, and at once where it runs and its hypervisor can do that. The caller holds the machine's lock.
 * @throws B2dError (usage) for a folder or place that is not possible; UnsupportedError where the driver cannot share folders, or not with that owner
 */
export async function addShare(workspace: Workspace, machine: Machine, request: ShareRequest): Promise<{ share: ShareRecord; change: 'same' | 'changed' | 'added'; effect: Effect }> {
  const share = await requestedShare(workspace, request);
  await machine.driver.requireShares(machine.spec, { owner: share.owner !== undefined });
  const change = enterShare(machine.record, share);
  if (change !== 'same') await writeRecord(machine.paths.record, machine.record);
  return { share, change, effect: await addToRunning(workspace, machine, share, change === 'changed') };
}
