import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { VirtualBox } from '../../virtualbox/index.ts';
import type { MachineSpec } from '../driver.ts';
import { CannotGrowYetError } from '../errors.ts';
import { explained } from './failure.ts';
import { virtualBoxFiles } from './layout.ts';
import { requireMachine } from './require-machine.ts';
import { describeState } from './state.ts';
import { readVdiHeader } from './vdi.ts';

/** Grows the data disk of a machine that is off. See `Driver.resize`. */
export async function resize(platform: Platform, open: () => Promise<VirtualBox>, spec: MachineSpec): Promise<void> {
  const { dataDisk } = virtualBoxFiles(spec, platform.path);
  const { uuid, capacityMiB } = await readVdiHeader(dataDisk);
  if (spec.diskMiB === capacityMiB) return;
  if (spec.diskMiB < capacityMiB) {
    throw new B2dError(`The data disk cannot shrink from ${Math.ceil(capacityMiB)} MiB to ${spec.diskMiB} MiB.`, {
      exit: 'storage', reason: 'The end of the disk may hold data.', remedy: `Ask for ${Math.ceil(capacityMiB)} MiB or more.`,
    });
  }
  const vbox = await open();
  // VirtualBox would grow the disk and leave its differencing images, which are what the machine sees, as small as they are.
  if (((await vbox.medium(uuid))?.children.length ?? 0) > 0) throw new CannotGrowYetError(spec.name, 'no-snapshots', 'VirtualBox cannot grow the images of what was written since.');
  const { state } = describeState(await requireMachine(platform, vbox, spec));
  if (state !== 'stopped' && state !== 'crashed') throw new CannotGrowYetError(spec.name, 'off', `VirtualBox grows disks of machines that are off; it is ${state}.`);
  await explained(`The data disk ${dataDisk} could not be grown.`, () => vbox.resizeDisk(dataDisk, spec.diskMiB));
}
