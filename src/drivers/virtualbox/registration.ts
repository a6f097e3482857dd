import fs from 'node:fs/promises';
import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { VirtualBox, VmInfo } from '../../virtualbox/index.ts';
import type { MachineSpec } from '../driver.ts';
import { virtualBoxFiles } from './layout.ts';
import { osType } from './machine-options.ts';
import { requireOurs } from './owner.ts';
import { findSettingsFile, machineFolders, type SettingsFile } from './settings-file.ts';

/**
 * Sees to it that VirtualBox knows the machine: makes it, registers the .vbox that is there (VirtualBox's own list was lost or reset, or the
 * folder was moved), or makes one anew whose .vbox is gone.
 * @throws B2dError where that would lose data, or where a machine with our UUID is not ours.
 */
export async function ensureRegistered(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<VmInfo> {
  const { folder } = virtualBoxFiles(spec, platform.path);
  const present = await vbox.machine(spec.uuid);
  if (present?.accessible) return requireOurs(platform, vbox, spec, present);
  if (present) await vbox.unregister(spec.uuid); // an entry without a readable .vbox; nothing on disk is touched
  const settings = await findSettingsFile(platform, folder, spec.uuid);
  if (settings?.complete) await vbox.register(settings.file);
  else await createAnew(platform, vbox, spec, settings);
  const info = await vbox.machine(spec.uuid);
  if (!info?.accessible) throw new B2dError(`VirtualBox does not know "${spec.name}" although it was just registered.`, { exit: 'hypervisorFailed', remedy: 'b2d doctor' });
  return requireOurs(platform, vbox, spec, info);
}

async function createAnew(platform: Platform, vbox: VirtualBox, spec: MachineSpec, damaged: SettingsFile | undefined): Promise<void> {
  const { folder } = virtualBoxFiles(spec, platform.path);
  await refuseLosingSnapshots(platform, spec, folder, damaged);
  if (damaged) await fs.rename(damaged.file, `${damaged.file}.damaged`);
  await vbox.create({
    name: await freeName(vbox, spec),
    uuid: spec.uuid,
    baseFolder: folder,
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
async function refuseLosingSnapshots(platform: Platform, spec: MachineSpec, folder: string, damaged: SettingsFile | undefined): Promise<void> {
  for (const machine of await machineFolders(platform, folder)) {
    const snapshots = platform.path.join(machine, 'Snapshots');
    if (!(await fs.readdir(snapshots).catch(() => [])).some((name) => name.endsWith('.vdi'))) continue;
    throw new B2dError(`VirtualBox's settings of "${spec.name}" are ${damaged ? 'damaged' : 'gone'}, and it has snapshots.`, {
      exit: 'stateUnreadable',
      reason: `What was written since the last snapshot is in ${snapshots}; a new machine on the data disk alone would not see it. Nothing was changed.`,
      remedy: [
        `Put ${damaged?.file ?? platform.path.join(machine, `${platform.path.basename(machine)}.vbox`)} back from a backup; VirtualBox keeps the last version beside it, as .vbox-prev. Then: b2d up`,
        'To give the data up: b2d delete',
      ],
    });
  }
}
