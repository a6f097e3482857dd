import type { Platform } from '../../platform/platform.ts';
import { VBoxManageError, type Attachment, type VirtualBox, type VmInfo } from '../../virtualbox/index.ts';
import type { MachineSpec } from '../driver.ts';
import { virtualBoxFiles } from './layout.ts';
import { machineFolders, isSameFile } from './settings-file.ts';

/** The machine's only storage controller. */
export const CONTROLLER = 'SATA';

/** What is in each port: the guest finds image and config drive as /dev/sr0 and /dev/sr1. */
const PORTS = { image: 0, config: 1, data: 2 };

/** Puts image, config drive and data disk in their slots; what is there already stays. The machine is off. */
export async function fillSlots(platform: Platform, vbox: VirtualBox, spec: MachineSpec, info: VmInfo): Promise<void> {
  if (!info.controllers.includes(CONTROLLER)) await vbox.addController(spec.uuid, { name: CONTROLLER, bus: 'sata', ports: Object.keys(PORTS).length, hostIoCache: true });
  const slot = (port: number): { controller: string; port: number; device: number } => ({ controller: CONTROLLER, port, device: 0 });
  for (const [port, medium] of [[PORTS.image, spec.imageFile], [PORTS.config, spec.configDriveFile]] as const) {
    const present = attached(info, port);
    if (present?.file === medium) continue;
    await vbox.attach(spec.uuid, { ...slot(port), type: 'dvddrive', medium });
    // VirtualBox closes a medium that is in two drives of a machine once it was taken out of one (7.2), and cannot start that machine.
    const elsewhere = present && ([spec.imageFile, spec.configDriveFile].includes(present.file) || info.attachments.some((other) => other !== present && other.uuid === present.uuid));
    if (present?.uuid !== undefined && !elsewhere) await forgetDvd(vbox, present.uuid);
  }
  const { dataDisk } = virtualBoxFiles(spec, platform.path);
  if (!(await hasData(platform, spec, info))) {
    // Blocks that the guest gives back leave the file; the guest is told that seeking costs nothing.
    await vbox.attach(spec.uuid, { ...slot(PORTS.data), type: 'hdd', medium: dataDisk, options: ['--nonrotational', 'on', '--discard', 'on'] });
  }
}

/** VirtualBox would list an image for ever that was once in a drive, and complain when its file is gone. One in use elsewhere stays. */
export async function forgetDvd(vbox: VirtualBox, dvd: string): Promise<void> {
  await vbox.closeMedium('dvd', dvd).catch((error: unknown) => {
    if (!(error instanceof VBoxManageError) || error.timedOut) throw error;
  });
}

/** What is in the data disk's slot: the disk itself, or the differencing image that the last snapshot left in its place. */
export function dataAttachment(info: VmInfo): Attachment | undefined {
  return attached(info, PORTS.data);
}

async function hasData(platform: Platform, spec: MachineSpec, info: VmInfo): Promise<boolean> {
  const present = dataAttachment(info)?.file;
  if (present === undefined) return false;
  const { dataDisk, folder } = virtualBoxFiles(spec, platform.path);
  if (await isSameFile(platform, present, dataDisk)) return true;
  for (const machine of await machineFolders(platform, folder)) {
    if (await isSameFile(platform, platform.path.dirname(present), platform.path.join(machine, 'Snapshots'))) return true;
  }
  return false;
}

function attached(info: VmInfo, port: number): Attachment | undefined {
  return info.attachments.find((each) => each.controller === CONTROLLER && each.port === port && each.device === 0);
}
