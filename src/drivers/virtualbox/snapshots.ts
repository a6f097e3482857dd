import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { VirtualBox, VmSnapshot } from '../../virtualbox/index.ts';
import type { MachineSpec, SnapshotInfo } from '../driver.ts';
import { explained } from './failure.ts';
import { baseFolder } from './layout.ts';
import { requireMachine } from './require-machine.ts';
import { findSettingsFile } from './settings-file.ts';
import { hasProcess } from './state.ts';

/** The machine's snapshots, oldest first, those made in VirtualBox's window included. */
export async function listSnapshots(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<SnapshotInfo[]> {
  await requireMachine(platform, vbox, spec);
  const snapshots = await explained(`The snapshots of "${spec.name}" could not be listed.`, () => vbox.snapshots(spec.uuid));
  const settings = await findSettingsFile(platform, baseFolder(spec.directory, platform.path), spec.uuid);
  const times = snapshotTimes(settings?.text ?? '');
  return snapshots
    .map(({ name, uuid }) => ({ name, createdAt: times.get(uuid) ?? new Date(0).toISOString() }))
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}

/** VBoxManage does not tell when a snapshot was made; the .vbox does: `<Snapshot uuid="{...}" name="..." timeStamp="2026-11-23T08:50:54Z" ...>`. */
export function snapshotTimes(settings: string): Map<string, string> {
  const times = new Map<string, string>();
  for (const [tag] of settings.matchAll(/<Snapshot\s[^>]*>/g)) {
    const uuid = /\suuid="\{([^}]*)\}"/.exec(tag)?.[1]?.toLowerCase();
    const time = new Date(/\stimeStamp="([^"]*)"/.exec(tag)?.[1] ?? '');
    if (uuid !== undefined && !Number.isNaN(time.getTime())) times.set(uuid, time.toISOString());
  }
  return times;
}

/** Of the disk, and of a running machine's memory too. @throws B2dError (usage) when the name is taken or cannot be one. */
export async function saveSnapshot(platform: Platform, vbox: VirtualBox, spec: MachineSpec, name: string): Promise<void> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) {
    throw new B2dError(`"${name}" cannot be a snapshot's name.`, { exit: 'usage', reason: 'Letters, digits, "-", "_" and ".", at most 63.' });
  }
  if ((await named(platform, vbox, spec, name)) !== undefined) {
    throw new B2dError(`There is a snapshot named "${name}" already.`, { exit: 'usage', remedy: `b2d snapshot delete ${name}` });
  }
  await explained(`The snapshot "${name}" could not be made.`, () => vbox.takeSnapshot(spec.uuid, name));
}

/** Puts the disk back, and a machine that ran into its saved state. @throws B2dError (usage) when there is none of that name. */
export async function restoreSnapshot(platform: Platform, vbox: VirtualBox, spec: MachineSpec, name: string): Promise<void> {
  const info = await requireMachine(platform, vbox, spec);
  if (hasProcess(info.state)) {
    throw new B2dError(`A snapshot of "${spec.name}" cannot be restored while the machine is ${info.state}.`, { exit: 'busy', remedy: 'b2d down, or at once: b2d kill' });
  }
  const snapshot = await named(platform, vbox, spec, name);
  if (snapshot === undefined) {
    const known = await listSnapshots(platform, vbox, spec);
    throw new B2dError(`There is no snapshot named "${name}".`, {
      exit: 'usage',
      reason: known.length > 0 ? `There are: ${known.map((entry) => entry.name).join(', ')}.` : 'The machine has no snapshots.',
      remedy: 'b2d snapshot list',
    });
  }
  await explained(`The snapshot "${name}" could not be restored.`, () => vbox.restoreSnapshot(spec.uuid, snapshot.uuid));
}

/** Deletes the snapshot, and keeps what it holds as far as others need it; one that is not there is no error. */
export async function deleteSnapshot(platform: Platform, vbox: VirtualBox, spec: MachineSpec, name: string): Promise<void> {
  const snapshot = await named(platform, vbox, spec, name);
  if (snapshot) await explained(`The snapshot "${name}" could not be deleted.`, () => vbox.deleteSnapshot(spec.uuid, snapshot.uuid));
}

async function named(platform: Platform, vbox: VirtualBox, spec: MachineSpec, name: string): Promise<VmSnapshot | undefined> {
  await requireMachine(platform, vbox, spec);
  const snapshots = await explained(`The snapshots of "${spec.name}" could not be listed.`, () => vbox.snapshots(spec.uuid));
  return snapshots.find((snapshot) => snapshot.name === name);
}
