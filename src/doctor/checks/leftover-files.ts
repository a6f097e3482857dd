import fs from 'node:fs/promises';
import { machineFlag } from '../../machine/errors.ts';
import { validateMachineName } from '../../machine/name.ts';
import { machinesDirectory } from '../../machine/paths.ts';
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
    const folders = [...(held.size === 0 ? [platform.path.join(home, 'images')] : []), ...names.map((name) => platform.path.join(machinesDirectory(platform, home), name))];
    const files = (await Promise.all(folders.map((folder) => findLeftovers(platform, folder)))).flat();
    const found = (await Promise.all(names.map((name) => forgottenMachine(context, home, name)))).flat();
    if (files.length > 0) {
      found.unshift(warn(`A b2d that was cut off left ${files.length === 1 ? 'a file' : `${files.length} files`} that nothing needs.`, {
        details: files.map(({ file, bytes }) => `${file} (${formatBytes(bytes)})`),
        remedy: [removeCommand(platform, files.map(({ file }) => file))],
      }));
    }
    return found.length > 0 ? found : [ok(held.size === 0 ? 'None.' : 'None, as far as another b2d is not at work.')];
  },
};

function isMachineName(name: string): boolean {
  try {
    return validateMachineName(name) === name;
  } catch {
    return false; // somebody else's folder
  }
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
