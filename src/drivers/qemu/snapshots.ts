import type { Platform } from '../../platform/platform.ts';
import type { SnapshotInfo } from '../driver.ts';
import { noSuchSnapshot, snapshotExists, validateSnapshotName } from '../snapshot-errors.ts';
import { DATA_NODE } from './arguments.ts';
import { imageReference, runImg } from './disk.ts';
import type { QmpSession } from './qmp.ts';

/**
 * Snapshots of the data disk, inside its qcow2 file. qemu-img takes "an id or a name" and ids are numbers, so names carry a
 * prefix that no id has; it also keeps b2d's snapshots apart from others.
 */
const PREFIX = 'b2d:';

/** Both flush the guest's writes first, and write a table of the disk's clusters: of a large disk on a slow host, seconds. */
const QMP_MS = 120_000;

interface ImageInfo {
  snapshots?: { name: string; 'date-sec': number }[];
}

/** A conversation with the machine's QEMU where it runs; undefined where the disk is nobody's. */
export type LiveDisk = ((work: (session: QmpSession) => Promise<unknown>) => Promise<unknown>) | undefined;

/** The snapshots b2d made, oldest first. */
export async function listSnapshots(platform: Platform, img: string, disk: string): Promise<SnapshotInfo[]> {
  // --force-share: reading the list is harmless while the machine runs
  const text = await runImg(platform, img, ['info', '--output=json', '--force-share', imageReference(disk)], `read the snapshots of ${disk}`);
  return ((JSON.parse(text) as ImageInfo).snapshots ?? [])
    .filter(({ name }) => name.startsWith(PREFIX))
    .map((entry) => ({ name: entry.name.slice(PREFIX.length), createdAt: new Date(entry['date-sec'] * 1000).toISOString(), memory: false }))
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}

/**
 * Saves the disk. Of a running machine it is the disk as a power cut would leave it at that moment.
 * @throws B2dError (usage) when the name is taken or cannot be one.
 */
export async function saveSnapshot(platform: Platform, img: string, disk: string, name: string, live: LiveDisk): Promise<void> {
  validateSnapshotName(name);
  if (await isThere(platform, img, disk, name)) throw snapshotExists(name);
  if (live) await live((session) => session.execute('blockdev-snapshot-internal-sync', { device: DATA_NODE, name: PREFIX + name }, QMP_MS));
  else await runImg(platform, img, ['snapshot', '-q', '-c', PREFIX + name, imageReference(disk)], `save the snapshot "${name}"`);
}

/** Puts the disk of a machine that is off back to the snapshot, with the size it had. @throws B2dError (usage) when there is none of that name. */
export async function restoreSnapshot(platform: Platform, img: string, disk: string, name: string): Promise<void> {
  const known = await listSnapshots(platform, img, disk);
  if (!known.some((entry) => entry.name === name)) throw noSuchSnapshot(name, known);
  await runImg(platform, img, ['snapshot', '-q', '-a', PREFIX + name, imageReference(disk)], `restore the snapshot "${name}"`);
}

/** Deletes the snapshot; one that is not there is no error. */
export async function deleteSnapshot(platform: Platform, img: string, disk: string, name: string, live: LiveDisk): Promise<void> {
  if (!(await isThere(platform, img, disk, name))) return;
  if (live) await live((session) => session.execute('blockdev-snapshot-delete-internal-sync', { device: DATA_NODE, name: PREFIX + name }, QMP_MS));
  else await runImg(platform, img, ['snapshot', '-q', '-d', PREFIX + name, imageReference(disk)], `delete the snapshot "${name}"`);
}

async function isThere(platform: Platform, img: string, disk: string, name: string): Promise<boolean> {
  return (await listSnapshots(platform, img, disk)).some((entry) => entry.name === name);
}
