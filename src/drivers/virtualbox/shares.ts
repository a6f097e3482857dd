import type { Platform } from '../../platform/platform.ts';
import { VBoxManageError, type VirtualBox, type VmInfo } from '../../virtualbox/index.ts';
import { SHARE_PREFIX, type MachineSpec, type Share } from '../driver.ts';
import { UnsupportedError } from '../errors.ts';
import { explained } from './failure.ts';
import { requireRunning } from './require-machine.ts';

/**
 * Makes the shared folders of a machine that is off exactly these. Ours are made anew each time, since VBoxManage does not tell whether one can be written to, nor on Windows its whole path;
 * those of other names, which the user added, stay.
 */
export async function reconcileFolders(vbox: VirtualBox, { uuid, shares = [] }: MachineSpec, info: VmInfo): Promise<void> {
  for (const { name } of info.sharedFolders.filter(isOurs)) await vbox.removeSharedFolder(uuid, name, { transient: false });
  for (const share of shares) {
    await vbox.addSharedFolder(uuid, folderOf(share), { transient: false });
    if (!share.readOnly) await allowLinksWithin(vbox, uuid, share);
  }
}

/** Offers a folder to the running machine until it goes off; one that is offered stays. */
export async function addFolder(platform: Platform, vbox: VirtualBox, spec: MachineSpec, share: Share): Promise<void> {
  const info = await requireRunning(platform, vbox, spec);
  if (info.sharedFolders.some(({ name }) => name === share.tag)) return;
  await explained(`The folder ${share.hostPath} could not be shared.`, () => vbox.addSharedFolder(spec.uuid, folderOf(share), { transient: true }));
}

/** Takes a folder from the running machine. @throws UnsupportedError for one that it was started with */
export async function removeFolder(platform: Platform, vbox: VirtualBox, spec: MachineSpec, tag: string): Promise<void> {
  const present = (await requireRunning(platform, vbox, spec)).sharedFolders.filter(({ name }) => name === tag);
  if (present.some(({ kind }) => kind === 'transient')) await explained('The shared folder could not be taken away.', () => vbox.removeSharedFolder(spec.uuid, tag, { transient: true }));
  if (present.some(({ kind }) => kind === 'machine')) {
    throw new UnsupportedError('virtualbox', 'take away a folder that the machine was started with while it runs', 'VirtualBox changes these folders only while the machine is off.', ['b2d restart']);
  }
}

/** Links that stay in the folder are what package managers make. VirtualBox before 7.2 knows all or nothing, and all would let the guest out of the folder. */
async function allowLinksWithin(vbox: VirtualBox, uuid: string, { tag }: Share): Promise<void> {
  await vbox.setSymlinkPolicy(uuid, tag, 'subtree').catch((error: unknown) => {
    if (!(error instanceof VBoxManageError) || error.timedOut) throw error;
  });
}

function folderOf({ tag, hostPath, readOnly }: Share): { name: string; hostPath: string; readOnly: boolean } {
  return { name: tag, hostPath, readOnly };
}

function isOurs({ name, kind }: VmInfo['sharedFolders'][number]): boolean {
  return kind === 'machine' && name.startsWith(SHARE_PREFIX);
}
