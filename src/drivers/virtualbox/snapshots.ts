import type { Platform } from '../../platform/platform.ts';
import type { VirtualBox, VmSnapshot } from '../../virtualbox/index.ts';
import type { MachineSpec, SnapshotInfo } from '../driver.ts';
import { noSuchSnapshot, restoreNeedsOff, snapshotExists, validateSnapshotName } from '../snapshot-errors.ts';
import { explained } from './failure.ts';
import { baseFolder } from './layout.ts';
import { findMachine, requireMachine } from './require-machine.ts';
import { findSettingsFile } from './settings-file.ts';
import { hasProcess } from './state.ts';

/** The machine's snapshots, oldest first, those made in VirtualBox's window included. */
export async function listSnapshots(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<SnapshotInfo[]> {
  if ((await findMachine(platform, vbox, spec)) === undefined) return [];
  const snapshots = await explained(`The snapshots of "${spec.name}" could not be listed.`, () => vbox.snapshots(spec.uuid));
  const settings = await findSettingsFile(platform, baseFolder(spec.directory, platform.path), spec.uuid);
  const facts = snapshotFacts(settings?.text ?? '');
  return snapshots
    .map(({ name, uuid }) => ({ name, ...(facts.get(uuid) ?? { createdAt: new Date(0).toISOString(), memory: false }) }))
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}

/**
 * VBoxManage tells neither when a snapshot was made nor whether it holds memory; the .vbox does:
 * `<Snapshot uuid="{...}" name="..." timeStamp="2026-11-23T08:50:54Z" stateFile="Snapshots/2026-11-23T08-50-54-...Z.sav" ...>`.
 */
export function snapshotFacts(settings: string): Map<string, Omit<SnapshotInfo, 'name'>> {
  const facts = new Map<string, Omit<SnapshotInfo, 'name'>>();
  for (const [tag] of settings.matchAll(/<Snapshot\s[^>]*>/g)) {
    const uuid = /\suuid="\{([^}]*)\}"/.exec(tag)?.[1]?.toLowerCase();
    const time = new Date(/\stimeStamp="([^"]*)"/.exec(tag)?.[1] ?? '');
    if (uuid !== undefined && !Number.isNaN(time.getTime())) facts.set(uuid, { createdAt: time.toISOString(), memory: /\sstateFile="[^"]/.test(tag) });
  }
  return facts;
}

/** Of the disk, and of a running machine's memory too. @throws B2dError (usage) when the name is taken or cannot be one. */
export async function saveSnapshot(platform: Platform, vbox: VirtualBox, spec: MachineSpec, name: string): Promise<void> {
  validateSnapshotName(name);
  if ((await named(platform, vbox, spec, name)) !== undefined) throw snapshotExists(name);
  await explained(`The snapshot "${name}" could not be made.`, () => vbox.takeSnapshot(spec.uuid, name));
}

/** Puts the disk back, and a machine that ran into its saved state. @throws B2dError (usage) when there is none of that name. */
export async function restoreSnapshot(platform: Platform, vbox: VirtualBox, spec: MachineSpec, name: string): Promise<void> {
  const info = await requireMachine(platform, vbox, spec);
  if (hasProcess(info.state)) throw restoreNeedsOff(spec);
  const snapshot = await named(platform, vbox, spec, name);
  if (snapshot === undefined) throw noSuchSnapshot(name, await listSnapshots(platform, vbox, spec));
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
