import fs from 'node:fs/promises';
import { codeOf } from '../../errors.ts';
import { storageError } from '../../platform/files.ts';
import type { Platform } from '../../platform/platform.ts';
import type { MachineSpec } from '../driver.ts';
import { virtualBoxFiles } from './layout.ts';
import { machineFolders } from './settings-file.ts';

/** What VirtualBox writes into a machine's folder; anything else there is the user's. */
const MADE = {
  '.': /\.(?:vbox|vbox-prev|vbox-tmp|vbox\.damaged|nvram)$/,
  Logs: /\.log(?:\.\d+)?$/,
  Snapshots: /\.(?:sav|vdi|nvram)$/,
} as const;

/** Removes the files of a machine that VirtualBox does not know any more. The data disk goes last: while it is there, so is the machine. */
export async function removeFiles(platform: Platform, spec: MachineSpec): Promise<void> {
  const { folder, dataDisk, partialDisk } = virtualBoxFiles(spec, platform.path);
  for (const machine of await machineFolders(platform, folder)) {
    for (const [part, made] of Object.entries(MADE).reverse()) {
      const place = platform.path.join(machine, part);
      for (const name of await fs.readdir(place).catch(() => [])) if (made.test(name)) await remove(platform.path.join(place, name));
      await removeEmpty(place);
    }
  }
  await removeEmpty(folder);
  for (const file of [spec.consoleFile, `${spec.consoleFile}.1`, partialDisk, dataDisk]) await remove(file);
}

async function remove(file: string): Promise<void> {
  await fs.rm(file, { force: true, maxRetries: 5 }).catch((error: unknown) => { throw storageError('remove', file, error); });
}

async function removeEmpty(folder: string): Promise<void> {
  await fs.rmdir(folder).catch((error: unknown) => {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw storageError('remove', folder, error);
  });
}
