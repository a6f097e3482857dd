import { makePrivateDirectory } from '../../platform/files.ts';
import type { Platform } from '../../platform/platform.ts';
import type { VirtualBox } from '../../virtualbox/index.ts';
import type { MachineSpec } from '../driver.ts';
import { createDisk, tellPlace } from './disk.ts';
import { explained } from './failure.ts';
import { virtualBoxFiles } from './layout.ts';
import { ensureRegistered } from './registration.ts';
import { isSameFile } from './settings-file.ts';
import { dataAttachment } from './slots.ts';

/**
 * Makes what is missing: the data disk, and the machine in VirtualBox's list. Its settings are brought in order at each start.
 * A call that was cut off, anywhere, is finished by the next.
 */
export async function create(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<void> {
  const files = virtualBoxFiles(spec, platform.path);
  await makePrivateDirectory(platform, files.folder);
  await createDisk(vbox, files, spec.diskMiB);
  await explained(`The machine "${spec.name}" could not be made in VirtualBox.`, async () => {
    const info = await ensureRegistered(platform, vbox, spec);
    const attached = dataAttachment(info)?.file;
    if (attached === files.dataDisk) return;
    await tellPlace(vbox, files.dataDisk, (file) => isSameFile(platform, file, files.dataDisk));
  });
}
