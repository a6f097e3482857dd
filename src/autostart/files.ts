import fs from 'node:fs/promises';
import { readIfThere, storageError } from '../platform/files.ts';
import type { AutostartEntry } from './autostarter.ts';
import { readMark } from './mark.ts';
import type { LoginStart } from './start.ts';

/** The entry that a file is. `render`: what b2d writes for that start. */
export async function readEntryFile(file: string, render: (start: LoginStart) => string): Promise<AutostartEntry | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  const start = readMark(text);
  return { where: file, start, unchanged: start !== undefined && render(start) === text };
}

/** Names of machines by the files `<prefix>NAME<suffix>` of a folder. */
export async function machinesByFile(folder: string, prefix: string, suffix: string): Promise<string[]> {
  const names = await fs.readdir(folder).catch(() => []);
  return names.filter((name) => name.startsWith(prefix) && name.endsWith(suffix) && name.length > prefix.length + suffix.length).map((name) => name.slice(prefix.length, -suffix.length)).sort();
}

/** Makes the folder, with the rights that such folders have by themselves. @throws B2dError (storage) */
export async function makeFolder(folder: string): Promise<void> {
  await fs.mkdir(folder, { recursive: true }).catch((error: unknown) => { throw storageError('make the folder', folder, error); });
}

/** @throws B2dError (storage) */
export async function removeFile(file: string): Promise<void> {
  await fs.rm(file, { force: true }).catch((error: unknown) => { throw storageError('remove', file, error); });
}
