import fs from 'node:fs/promises';
import { B2dError } from '../../errors.ts';
import { exists } from '../../platform/files.ts';
import { renameNew } from '../../platform/rename.ts';
import type { VirtualBox } from '../../virtualbox/index.ts';
import { explained } from './failure.ts';
import type { VirtualBoxFiles } from './layout.ts';
import { readVdiHeader } from './vdi.ts';

/**
 * Makes the growable data disk, or checks the one that is there; never overwrites one. VirtualBox makes it under another name and forgets it
 * again before it gets its own, so that a cut at any step leaves nothing but a `.partial`, which the next call makes anew.
 */
export async function createDisk(vbox: VirtualBox, { dataDisk, partialDisk }: VirtualBoxFiles, sizeMiB: number): Promise<void> {
  if (await exists(dataDisk)) {
    await readVdiHeader(dataDisk);
    await removePartial(vbox, partialDisk);
    return;
  }
  await explained(`The data disk ${dataDisk} cannot be made.`, async () => {
    await removePartial(vbox, partialDisk);
    await vbox.createDisk(partialDisk, sizeMiB);
    await vbox.closeMedium('disk', partialDisk);
  });
  await renameNew(partialDisk, dataDisk);
}

/** Removes what a cut-off making of the disk left: a file that never held anything, and VirtualBox's note of it. */
export async function removePartial(vbox: VirtualBox, partialDisk: string): Promise<void> {
  if (!(await exists(partialDisk))) return;
  await vbox.closeMedium('disk', partialDisk).catch(() => undefined); // half a file is not registered, and cannot be opened
  await fs.rm(partialDisk, { force: true });
}

/**
 * Tells VirtualBox where the data disk is, when it remembers it elsewhere: the user moved the machine's folder (B2D_HOME).
 * @throws B2dError (busy) when there is another disk of the same UUID: the folder was copied, and the copy is in use.
 */
export async function tellPlace(vbox: VirtualBox, dataDisk: string, isSame: (file: string) => Promise<boolean>): Promise<void> {
  const { uuid } = await readVdiHeader(dataDisk);
  const known = await vbox.medium(uuid);
  if (known === undefined || (await isSame(known.file))) return;
  if (await exists(known.file)) {
    throw new B2dError(`VirtualBox knows the data disk ${dataDisk} under another name.`, {
      exit: 'busy',
      reason: `${known.file} has the same UUID: one of the two is a copy, and VirtualBox can only use one of them.`,
      remedy: ['Remove the one you do not need from VirtualBox (File > Tools > Virtual Media Manager, Release and Remove, and keep the file), then: b2d up'],
    });
  }
  await vbox.manage(['modifymedium', 'disk', uuid, '--setlocation', dataDisk]);
}
