import { messageOf } from '../../errors.ts';
import type { Machine } from '../machine.ts';
import type { ShareRecord } from '../record.ts';
import type { Workspace } from '../workspace.ts';
import { mountedShares } from './guest.ts';
import { shareProblem } from './offer.ts';
import { shareTag } from './share.ts';

/** `off`: the machine does not run; `missing`: the folder is gone from the host, or leads elsewhere; `unknown`: the guest does not answer. */
export type ShareState = 'mounted' | 'not mounted' | 'off' | 'missing' | 'unknown';

/** The machine's shares and what became of them. Never throws for a machine that is off or hangs. */
export async function listShares(workspace: Workspace, machine: Machine): Promise<(ShareRecord & { state: ShareState })[]> {
  const shares = machine.record.shares ?? [];
  const stateOf = await guestState(workspace, machine, shares);
  return Promise.all(shares.map(async (share) => ({ ...share, state: (await shareProblem(workspace, share)) === undefined ? stateOf(share) : 'missing' })));
}

async function guestState(workspace: Workspace, machine: Machine, shares: readonly ShareRecord[]): Promise<(share: ShareRecord) => ShareState> {
  if (shares.length === 0 || (await machine.driver.state(machine.spec)).state !== 'running') return () => 'off';
  try {
    const mounted = await mountedShares(workspace, machine, shares);
    return (share) => (mounted.has(shareTag(share)) ? 'mounted' : 'not mounted');
  } catch (error) {
    workspace.debug(`The guest does not tell what is mounted: ${messageOf(error)}`);
    return () => 'unknown';
  }
}
