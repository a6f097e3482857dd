import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { VBoxManageError, type VirtualBox } from '../../virtualbox/index.ts';
import type { MachineSpec } from '../driver.ts';
import { removePartial } from './disk.ts';
import { translate } from './failure.ts';
import { virtualBoxFiles } from './layout.ts';
import { isInPlace } from './owner.ts';
import { removeFiles } from './remove-files.ts';
import { isSameFile } from './settings-file.ts';
import { forgetDvd } from './slots.ts';
import { describeState, hasProcess } from './state.ts';
import { readVdiHeader } from './vdi.ts';

/**
 * Removes exactly what b2d and VirtualBox made for the machine: first VirtualBox's notes of it, then the files. Cut off anywhere, the
 * next call finishes. @throws B2dError where VirtualBox does not answer or the machine runs; nothing is deleted then.
 */
export async function destroy(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<void> {
  const { partialDisk } = virtualBoxFiles(spec, platform.path);
  try {
    await forgetMachine(platform, vbox, spec);
    await forgetDisk(platform, vbox, spec);
    await removePartial(vbox, partialDisk);
    for (const dvd of [spec.configDriveFile, spec.imageFile]) await forgetDvd(vbox, dvd);
  } catch (error) {
    const translated = translate(error, `"${spec.name}" was not deleted: VirtualBox could not take it out of its list.`);
    throw error instanceof VBoxManageError && error.timedOut ? nothingDeleted(spec, error) : translated;
  }
  await removeFiles(platform, spec);
}

async function forgetMachine(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<void> {
  const info = await vbox.machine(spec.uuid);
  if (info === undefined) return;
  if (info.accessible) {
    if (!(await isInPlace(platform, spec, info))) return; // another's: b2d's files go, its registration stays
    const { state, detail } = describeState(info);
    if (hasProcess(info.state)) {
      throw new B2dError(`The machine "${spec.name}" cannot be deleted while it is ${state}.`, { exit: 'busy', ...(detail && { reason: detail }), remedy: 'b2d kill' });
    }
  }
  await vbox.unregister(spec.uuid); // with the machine VirtualBox forgets its media; the files stay for now
}

/** The user may have attached the disk to a machine of theirs: then VirtualBox does not let go of it, and it is not deleted. */
async function forgetDisk(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<void> {
  const { dataDisk } = virtualBoxFiles(spec, platform.path);
  const header = await readVdiHeader(dataDisk).catch(() => undefined);
  const known = header && (await vbox.medium(header.uuid));
  if (known && (await isSameFile(platform, known.file, dataDisk))) await vbox.closeMedium('disk', known.uuid); // else it is the disk that ours is a copy of
}

function nothingDeleted(spec: MachineSpec, error: VBoxManageError): B2dError {
  return new B2dError(`"${spec.name}" was not deleted: VirtualBox does not answer.`, { exit: 'hypervisorFailed', reason: `${error.reason} No file was removed.`, remedy: [...error.remedy], cause: error });
}
