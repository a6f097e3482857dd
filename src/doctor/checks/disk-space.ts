import fs from 'node:fs/promises';
import { formatBytes } from '../../output/units.ts';
import { exists } from '../../platform/files.ts';
import type { Platform } from '../../platform/platform.ts';
import { fail, ok, skipped, warn, type Check } from '../check.ts';
import { readableMachines } from '../../machine/find.ts';

const MIB = 1024 ** 2;
/** Less has no room for a boot image and what a start writes. */
const TOO_LITTLE = 512 * MIB;
/** One build or a few pulled images take as much. A disk that could outgrow the volume some day is common and no reason to warn. */
const LITTLE = 10 * 1024 * MIB;

/** Free space below B2D_HOME, against what the data disks can still grow by: a full volume stops the machine. */
export const diskSpaceCheck: Check = {
  id: 'disk-space',
  title: 'Disk space',
  async run({ platform, home, machines, settings }) {
    if (home === undefined) return [skipped('B2D_HOME cannot be used.')];
    const free = await platform.freeDisk(await nearestFolder(platform, home));
    const disks = await Promise.all(readableMachines(machines).map(async ({ record, driver, spec }) => {
      const used = await driver.dataDisk(spec).then((file) => (file === undefined ? 0 : bytesOnDisk(file)));
      return { name: record.name, used, growth: Math.max(0, record.diskMiB * MIB - used) };
    }));
    const growth = disks.length > 0 ? disks.reduce((sum, disk) => sum + disk.growth, 0) : (settings?.disk.value ?? 0) * MIB;
    const message = `${formatBytes(free)} are free for ${home}.`;
    const more = { details: disks.map((disk) => `the data disk of "${disk.name}" takes ${formatBytes(disk.used)} and can grow by ${formatBytes(disk.growth)}`) };
    const remedy = ['Free some space, for instance in the machine: docker system prune', 'Or move the folder to a larger volume and set B2D_HOME.'];
    if (free < TOO_LITTLE) return [fail(message, { ...more, remedy })];
    return [free < Math.min(growth, LITTLE) ? warn(message, { ...more, remedy }) : ok(message, more)];
  },
};

/** B2D_HOME itself may not be there yet. */
async function nearestFolder(platform: Platform, folder: string): Promise<string> {
  const parent = platform.path.dirname(folder);
  return parent === folder || (await exists(folder)) ? folder : nearestFolder(platform, parent);
}

/** Disk files have holes. Windows gives no blocks, so there it is the whole length. */
async function bytesOnDisk(file: string): Promise<number> {
  const { blocks, size } = await fs.stat(file);
  return blocks ? blocks * 512 : size;
}
