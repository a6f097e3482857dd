import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { VirtualBox, VmInfo } from '../../virtualbox/index.ts';
import type { MachineSpec } from '../driver.ts';
import { explained } from './failure.ts';
import { isInPlace, notOurs } from './owner.ts';
import { hasProcess } from './state.ts';

/** The machine, ours; undefined where VirtualBox does not know it or cannot read its .vbox. @throws B2dError */
export async function findMachine(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<VmInfo | undefined> {
  const info = await explained(`VirtualBox does not tell the state of "${spec.name}".`, () => vbox.machine(spec.uuid));
  if (!info?.accessible) return undefined;
  if (!(await isInPlace(platform, spec, info))) throw notOurs(spec, info);
  return info;
}

/** The machine, registered and ours. @throws B2dError */
export async function requireMachine(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<VmInfo> {
  const info = await findMachine(platform, vbox, spec);
  if (info !== undefined) return info;
  throw new B2dError(`VirtualBox does not know the machine "${spec.name}", or cannot read its .vbox file.`, { exit: 'machineNotRunning', remedy: 'b2d up' });
}

/** The machine while a process runs it. @throws B2dError (machineNotRunning) */
export async function requireRunning(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<VmInfo> {
  const info = await requireMachine(platform, vbox, spec);
  if (hasProcess(info.state)) return info;
  throw new B2dError(`The machine "${spec.name}" is not running.`, { exit: 'machineNotRunning', reason: `VirtualBox says "${info.state}".`, remedy: 'b2d up' });
}
