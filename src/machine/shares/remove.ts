import type { Machine } from '../machine.ts';
import { writeRecord, type ShareRecord } from '../record.ts';
import type { Workspace } from '../workspace.ts';
import { meantShare, removeShare } from './edit.ts';
import { removeFromRunning, type Effect } from './live.ts';

/** Stops sharing a folder, named by its path on the host or in the guest. The caller holds the machine's lock. @throws B2dError (usage) where it is not shared */
export async function takeShare(workspace: Workspace, machine: Machine, name: string): Promise<{ share: ShareRecord; effect: Effect }> {
  const share = await meantShare(workspace, machine.record, name);
  removeShare(machine.record, share);
  await writeRecord(machine.paths.record, machine.record);
  return { share, effect: await removeFromRunning(workspace, machine, share) };
}
