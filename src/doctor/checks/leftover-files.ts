import fs from 'node:fs/promises';
import { machineFlag } from '../../machine/errors.ts';
import { isMachineName } from '../../machine/name.ts';
import { machinesDirectory } from '../../machine/paths.ts';
import { findLeftovers as findImageLeftovers } from '../../image/leftovers.ts';
import type { Platform } from '../../platform/platform.ts';
import { formatBytes } from '../../output/units.ts';
import { ok, skipped, warn, type Check, type Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { findLeftovers } from '../host/leftover-files.ts';
import { removeCommand } from '../host/remove-command.ts';

/** What killed runs left below B2D_HOME. A running b2d's files look the same, so what another works on is not judged. */
export const leftoverFilesCheck: Check = {
  id: 'leftover-files',
  title: 'Leftover files',
  async run(context) {
    const { platform, home } = context;
    if (home === undefined) return [skipped('B2D_HOME cannot be used.')];
    const held = await context.heldLocks();
    const names = (await fs.readdir(machinesDirectory(platform, home)).catch(() => [])).filter((name) => isMachineName(name) && !held.has(name));
    const files = (await Promise.all(names.map((name) => findLeftovers(platform, platform.path.join(machinesDirectory(platform, home), name))))).flat();
    const found = await leftoverImages(platform, home);
    found.push(...(await Promise.all(names.map((name) => forgottenMachine(context, home, name)))).flat());
    if (files.length > 0) {
      found.unshift(warn(`A b2d that was cut off left ${files.length === 1 ? 'a file' : `${files.length} files`} that nothing needs.`, {
        details: files.map(({ file, bytes }) => `${file} (${formatBytes(bytes)})`),
        remedy: [removeCommand(platform, files.map(({ file }) => file))],
      }));
    }
    return found.length > 0 ? found : [ok(held.size === 0 ? 'None.' : 'None, as far as another b2d is not at work.')];
  },
};

/** What is left in the store of images. Each download has a lock of its own: what another b2d works on is none, and what can go on is told, but is no fault. */
async function leftoverImages(platform: Platform, home: string): Promise<Finding[]> {
  const leftovers = (await findImageLeftovers(platform, home)).filter(({ holder }) => holder === undefined);
  const useless = leftovers.filter(({ resumable, files }) => !resumable && files.some((file) => !file.endsWith('.partial.json'))); // what is known of a whole file waits for those who wait
  const finding = useless.length === 0 ? [] : [warn('A b2d that was cut off left parts of images that nothing needs.', {
    details: useless.map(({ files, bytes }) => `${files.join(', ')} (${formatBytes(bytes)})`),
    remedy: ['b2d image prune'],
  })];
  return [...finding, ...leftovers.filter(({ resumable }) => resumable).map(({ url, bytes }) => ok(`The download of ${url} was cut off after ${formatBytes(bytes)}; the same command goes on from there.`, {
    remedy: ['Or remove what came: b2d image prune --all'],
  }))];
}

/** A machine's folder without machine.json. Where it holds a data disk, nothing here tells the user to remove it. */
async function forgottenMachine({ platform }: DoctorContext, home: string, name: string): Promise<Finding[]> {
  const folder = platform.path.join(machinesDirectory(platform, home), name);
  const entries = await fs.readdir(folder).catch(() => undefined);
  if (entries === undefined || entries.includes('machine.json')) return [];
  const disk = entries.find((entry) => /^data\.(qcow2|vdi)$/.test(entry));
  const use = `To use it again: b2d init${machineFlag(name)}`;
  if (disk !== undefined) return [warn(`${folder} holds a data disk (${disk}) but no machine.json: b2d does not know this machine.`, { machine: name, remedy: [use] })];
  return [warn(`${folder} has no machine.json: making or deleting the machine was cut off. It holds no data disk.`, {
    machine: name,
    ...(entries.length > 0 && { details: entries }),
    remedy: [use, `Or make it and delete it properly: b2d init${machineFlag(name)}, then b2d delete${machineFlag(name)}`],
  })];
}
