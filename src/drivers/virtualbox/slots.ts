import type { Platform } from '../../platform/platform.ts';
import type { Attachment, VirtualBox, VmInfo } from '../../virtualbox/index.ts';
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
    if (attached(info, port)?.file !== medium) await vbox.attach(spec.uuid, { ...slot(port), type: 'dvddrive', medium });
  }
  const { dataDisk } = virtualBoxFiles(spec, platform.path);
  if (!(await hasData(platform, spec, info))) {
    // Blocks that the guest gives back leave the file; the guest is told that seeking costs nothing.
    await vbox.attach(spec.uuid, { ...slot(PORTS.data), type: 'hdd', medium: dataDisk, options: ['--nonrotational', 'on', '--discard', 'on'] });
  }
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
