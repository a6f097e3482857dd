import fs from 'node:fs/promises';
import { codeOf } from '../errors.ts';
import { exists, storageError } from './files.ts';

/** Keeps the file of the previous run as `.1`. @throws B2dError (storage) */
export async function rotate(file: string): Promise<void> {
  await fs.rename(file, `${file}.1`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw storageError('rename', file, error);
  });
}

/** Gives a file that was made beside its place its name, flushed to disk; never over a file that appeared there meanwhile. @throws B2dError (storage) */
export async function renameNew(from: string, to: string): Promise<void> {
  try {
    const handle = await fs.open(from, 'r+');
    await handle.sync().finally(() => handle.close());
    await linkNew(from, to);
  } catch (error) {
    throw storageError('write', to, error);
  }
}

async function linkNew(from: string, to: string): Promise<void> {
  try {
    await fs.link(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' && !(await exists(to))) return fs.rename(from, to); // a file system without links
  }
  await fs.rm(from, { force: true });
}
