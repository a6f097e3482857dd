import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SnapshotInfo } from '../driver.ts';
import { imageReference, runImg } from './disk.ts';

/**
 * Snapshots of the data disk, inside its qcow2 file. qemu-img takes "an id or a name" and ids are numbers, so names carry a
 * prefix that no id has; it also keeps b2d's snapshots apart from others.
 */
const PREFIX = 'b2d:';

interface ImageInfo {
  snapshots?: { name: string; 'date-sec': number }[];
}

/** The snapshots b2d made, oldest first. */
export async function listSnapshots(platform: Platform, img: string, disk: string): Promise<SnapshotInfo[]> {
  // --force-share: reading the list is harmless while the machine runs
  const text = await runImg(platform, img, ['info', '--output=json', '--force-share', imageReference(disk)], `read the snapshots of ${disk}`);
  return ((JSON.parse(text) as ImageInfo).snapshots ?? [])
    .filter(({ name }) => name.startsWith(PREFIX))
    .map((entry) => ({ name: entry.name.slice(PREFIX.length), createdAt: new Date(entry['date-sec'] * 1000).toISOString() }))
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}

/** @throws B2dError (usage) when the name is taken or cannot be one. */
export async function saveSnapshot(platform: Platform, img: string, disk: string, name: string): Promise<void> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) {
    throw new B2dError(`"${name}" cannot be a snapshot's name.`, { exit: 'usage', reason: 'Letters, digits, "-", "_" and ".", at most 63.' });
  }
  if ((await listSnapshots(platform, img, disk)).some((entry) => entry.name === name)) {
    throw new B2dError(`There is a snapshot named "${name}" already.`, { exit: 'usage', remedy: `b2d snapshot delete ${name}` });
  }
  await runImg(platform, img, ['snapshot', '-q', '-c', PREFIX + name, imageReference(disk)], `save the snapshot "${name}"`);
}

/** Puts the disk back to the snapshot. @throws B2dError (usage) when there is none of that name. */
export async function restoreSnapshot(platform: Platform, img: string, disk: string, name: string): Promise<void> {
  const known = await listSnapshots(platform, img, disk);
  if (!known.some((entry) => entry.name === name)) {
    throw new B2dError(`There is no snapshot named "${name}".`, {
      exit: 'usage',
      reason: known.length > 0 ? `There are: ${known.map((entry) => entry.name).join(', ')}.` : 'The machine has no snapshots.',
      remedy: 'b2d snapshot list',
    });
  }
  await runImg(platform, img, ['snapshot', '-q', '-a', PREFIX + name, imageReference(disk)], `restore the snapshot "${name}"`);
}

/** Deletes the snapshot; one that is not there is no error. */
export async function deleteSnapshot(platform: Platform, img: string, disk: string, name: string): Promise<void> {
  if (!(await listSnapshots(platform, img, disk)).some((entry) => entry.name === name)) return;
  await runImg(platform, img, ['snapshot', '-q', '-d', PREFIX + name, imageReference(disk)], `delete the snapshot "${name}"`);
}
