import fs from 'node:fs/promises';
import type { Platform } from '../../platform/platform.ts';
import { baseFolder } from './layout.ts';
import type { MachinePlace } from './process.ts';
import { findSettingsFile, machineFolders, type SettingsFile } from './settings-file.ts';

/** What a machine that VirtualBox does not know, or cannot read, left on disk. */
export interface Leftovers {
  /** Its .vbox, if there is one. */
  settings: SettingsFile | undefined;
  /** Differencing images: what was written since a snapshot. */
  images: string[];
  /** Saved states, of a suspend or of snapshots. */
  savedStates: string[];
}

export async function findLeftovers(platform: Platform, { directory, uuid }: MachinePlace): Promise<Leftovers> {
  const base = baseFolder(directory, platform.path);
  const files: string[] = [];
  for (const machine of await machineFolders(platform, base)) {
    const snapshots = platform.path.join(machine, 'Snapshots');
    files.push(...(await fs.readdir(snapshots).catch(() => [])).map((name) => platform.path.join(snapshots, name)));
  }
  return {
    settings: await findSettingsFile(platform, base, uuid),
    images: files.filter((file) => file.endsWith('.vdi')),
    savedStates: files.filter((file) => file.endsWith('.sav')),
  };
}
