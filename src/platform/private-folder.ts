import fs from 'node:fs/promises';
import { makePrivateDirectory, storageError } from './files.ts';
import type { Platform } from './platform.ts';

/**
 * Makes a folder of secrets ready: there, entered by this user alone, every file in it 0600 or less unless it is one
 * of `publicFiles`, and free of what a killed b2d left beside its target (a key may be in it).
 * Call it with the machine's lock held: the leftovers of a running b2d look the same.
 * @throws B2dError (storage)
 */
export async function preparePrivateFolder(platform: Platform, directory: string, publicFiles: readonly string[]): Promise<void> {
  await makePrivateDirectory(platform, directory);
  try {
    for (const entry of await fs.readdir(directory, { withFileTypes: true })) {
      const file = platform.path.join(directory, entry.name);
      if (!entry.isFile()) continue;
      if (isLeftover(entry.name)) await fs.rm(file, { force: true });
      else if (platform.os !== 'win32' && !publicFiles.includes(file)) await withdrawFromOthers(file);
    }
    if (platform.os !== 'win32') await withdrawFromOthers(directory);
  } catch (error) {
    throw storageError('put in order', directory, error);
  }
}

/** `write-file-atomic` puts a number behind the name, `writePrivate` on Windows a process id and `.tmp`. */
function isLeftover(name: string): boolean {
  return /\.\d+(\.tmp)?$/.test(name);
}

async function withdrawFromOthers(target: string): Promise<void> {
  const { mode } = await fs.stat(target);
  if ((mode & 0o077) !== 0) await fs.chmod(target, mode & 0o700);
}
