import fs from 'node:fs/promises';
import { B2dError } from '../../errors.ts';
import { exists } from '../../platform/files.ts';
import type { Platform } from '../../platform/platform.ts';
import { VBoxManageError, type VirtualBox, type VmInfo } from '../../virtualbox/index.ts';
import type { MachineSpec } from '../driver.ts';
import { SavedStateError } from '../errors.ts';
import { baseFolder } from './layout.ts';
import { findLeftovers, type Leftovers } from './leftovers.ts';
import { osType } from './machine-options.ts';
import { isInPlace, requireOurs } from './owner.ts';
import { hasProcess } from './state.ts';

/**
 * Sees to it that VirtualBox knows the machine: makes it, registers the .vbox that is there (VirtualBox's own list was lost or reset, or the
 * folder was moved), or makes one anew whose .vbox is gone or damaged.
 * @throws B2dError where that would lose data, or where a machine with our UUID is not ours.
 */
export async function ensureRegistered(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<VmInfo> {
  const present = await vbox.machine(spec.uuid);
  if (present?.accessible && !(await wasMovedAway(platform, spec, present))) return requireOurs(platform, vbox, spec, present);
  if (present) await vbox.unregister(spec.uuid); // an entry without a readable .vbox; nothing on disk is touched
  const leftovers = await findLeftovers(platform, spec);
  try {
    await (leftovers.settings?.complete ? registerAgain(platform, vbox, spec, leftovers) : createAnew(platform, vbox, spec, leftovers));
  } catch (error) {
    // The VBoxManage of a b2d that was killed may have been quicker.
    if (!(error instanceof VBoxManageError) || !(await vbox.machine(spec.uuid))?.accessible) throw error;
  }
  const info = await vbox.machine(spec.uuid);
  if (!info?.accessible) throw new B2dError(`VirtualBox does not know "${spec.name}" although it was just registered.`, { exit: 'hypervisorFailed', remedy: 'b2d doctor' });
  return requireOurs(platform, vbox, spec, info);
}

/** The folder was moved while VirtualBox's window, which does not notice, was open. A name that Windows may have printed wrongly proves nothing. */
async function wasMovedAway(platform: Platform, spec: MachineSpec, info: VmInfo): Promise<boolean> {
  const { settingsFile } = info;
  if (settingsFile === undefined || hasProcess(info.state) || (await isInPlace(platform, spec, info))) return false;
  const legible = platform.os !== 'win32' || /^[\u0020-\u003e\u0040-\u007e]+$/.test(settingsFile);
  return legible && !(await exists(settingsFile));
}

async function registerAgain(platform: Platform, vbox: VirtualBox, spec: MachineSpec, leftovers: Leftovers): Promise<void> {
  try {
    await vbox.register(leftovers.settings!.file);
  } catch (error) {
    if (!(error instanceof VBoxManageError) || error.problem !== 'settings-damaged') throw error;
    await createAnew(platform, vbox, spec, leftovers);
  }
}

async function createAnew(platform: Platform, vbox: VirtualBox, spec: MachineSpec, leftovers: Leftovers): Promise<void> {
  refuseLosing(platform, spec, leftovers);
  const { settings } = leftovers;
  if (settings) await fs.rename(settings.file, `${settings.file}.damaged`);
  await vbox.create({
    name: await freeName(vbox, spec),
    uuid: spec.uuid,
    baseFolder: baseFolder(spec.directory, platform.path),
    osType: osType(platform),
    ...(platform.arch === 'arm64' && { platformArchitecture: 'arm' as const }),
  });
}

/** The machine's name in VirtualBox's window. Another machine of that name is not ours: then ours is told apart by its UUID. */
async function freeName(vbox: VirtualBox, { name, uuid }: MachineSpec): Promise<string> {
  const plain = `b2d-${name}`;
  const taken = (await vbox.machines()).some((other) => other.name === plain);
  return taken ? `${plain}-${uuid.slice(0, 8)}` : plain;
}

/** With snapshots, what was written since is in differencing images, which only the lost .vbox knew how to put together. */
function refuseLosing(platform: Platform, spec: MachineSpec, { settings, images, savedStates }: Leftovers): void {
  const what = `VirtualBox's settings of "${spec.name}" are ${settings ? 'damaged' : 'gone'}`;
  const kept = images[0] ?? savedStates[0];
  if (kept === undefined) return;
  const snapshots = platform.path.dirname(kept);
  const machine = platform.path.dirname(snapshots);
  const file = settings?.file ?? platform.path.join(machine, `${platform.path.basename(machine)}.vbox`);
  if (images.length === 0) throw new SavedStateError(spec.name, `${what}: ${file}. VirtualBox keeps its last version beside it, as .vbox-prev; the saved state is in ${snapshots}.`);
  throw new B2dError(`${what}, and it has snapshots.`, {
    exit: 'stateUnreadable',
    reason: `What was written since the last snapshot is in ${snapshots}; a new machine on the data disk alone would not see it. Nothing was changed.`,
    remedy: [`Put ${file} back from a backup; VirtualBox keeps its last version beside it, as .vbox-prev. Then: b2d up`, 'To give the data up: b2d delete'],
  });
}
