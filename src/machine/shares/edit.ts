import { isDeepStrictEqual } from 'node:util';
import { B2dError } from '../../errors.ts';
import { machineFlag } from '../errors.ts';
import type { MachineRecord, Owner, ShareRecord } from '../record.ts';
import type { Workspace } from '../workspace.ts';
import { defaultGuestPath, requireGuestPath } from './guest-path.ts';
import { findHostFolder, refuseUnsafe } from './host-folder.ts';

export interface ShareRequest {
  /** As typed; relative to the workspace's current folder. */
  path: string;
  /** Where the guest is to have it, if not at the same path. */
  at?: string;
  readOnly: boolean;
  force: boolean;
  owner?: Owner;
}

/** The share that was asked for. @throws B2dError (usage) for a folder that is not there or must not be shared, and for a place it cannot have. */
export async function requestedShare(workspace: Pick<Workspace, 'platform' | 'home' | 'cwd'>, { path, at, readOnly, force, owner }: ShareRequest): Promise<ShareRecord> {
  const { platform, home, cwd } = workspace;
  const { real, named } = await findHostFolder(platform, cwd, path);
  await refuseUnsafe(platform, home, real, force);
  return { hostPath: real, guestPath: requireGuestPath(at ?? defaultGuestPath(platform, named)), readOnly, ...(owner && { owner }) };
}

/** The home folder of the user, for `--share-home`. Asking for it is consent to what `--force` stands for. */
export function homeShare(workspace: Pick<Workspace, 'platform' | 'home' | 'cwd'>): Promise<ShareRecord> {
  return requestedShare(workspace, { path: workspace.platform.homeDir, readOnly: false, force: true });
}

/**
 * Enters a share in the machine's record, which is not written.
 * @returns what became of it; `changed` is another way of access, or another owner. @throws B2dError (usage) where another folder has that place in the guest
 */
export function enterShare(record: MachineRecord, share: ShareRecord): 'same' | 'changed' | 'added' {
  const shares = record.shares ?? [];
  const present = shares.find(({ guestPath }) => guestPath === share.guestPath);
  if (present !== undefined && present.hostPath !== share.hostPath) {
    throw new B2dError(`At ${share.guestPath} in "${record.name}" is ${present.hostPath} already.`, { exit: 'usage', remedy: [`Choose another place with --at`, `Or take that one away: b2d share rm "${present.guestPath}"${machineFlag(record.name)}`] });
  }
  if (present !== undefined && isDeepStrictEqual(present, share)) return 'same';
  record.shares = [...shares.filter((other) => other !== present), share].sort((a, b) => (a.guestPath < b.guestPath ? -1 : 1)); // a folder before what is mounted in it
  return present === undefined ? 'added' : 'changed';
}

/** The share that is meant by its path on the host or in the guest. A folder that is gone from the host is found too. @throws B2dError (usage) */
export async function meantShare(workspace: Pick<Workspace, 'platform' | 'cwd'>, record: MachineRecord, name: string): Promise<ShareRecord> {
  const { platform, cwd } = workspace;
  const shares = record.shares ?? [];
  const folder = await findHostFolder(platform, cwd, name).catch(() => undefined);
  const hostPaths = [folder?.real, platform.path.resolve(cwd, name)];
  const found = shares.find(({ guestPath }) => guestPath === name.replace(/(?<=.)\/$/, '')) ?? shares.find(({ hostPath }) => hostPaths.includes(hostPath));
  if (found !== undefined) return found;
  throw new B2dError(`${name} is not shared with "${record.name}".`, {
    exit: 'usage', reason: shares.length === 0 ? 'Nothing is.' : `There are: ${shares.map(({ hostPath }) => hostPath).join(', ')}`, remedy: `b2d share list${machineFlag(record.name)}`,
  });
}

/** Takes a share from the machine's record, which is not written. */
export function removeShare(record: MachineRecord, share: ShareRecord): void {
  const left = (record.shares ?? []).filter(({ guestPath }) => guestPath !== share.guestPath);
  if (left.length > 0) record.shares = left;
  else delete record.shares;
}
