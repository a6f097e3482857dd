import fs from 'node:fs/promises';
import { readIfThere, storageError } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import type { AutostartEntry } from './autostarter.ts';
import { readMark } from './mark.ts';
import type { LoginStart } from './start.ts';

/** The entry that a file is. `render`: what b2d writes for that start. */
export async function readEntryFile(file: string, render: (start: LoginStart) => string): Promise<AutostartEntry | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  const start = readMark(text);
  return { start, unchanged: start !== undefined && render(start) === text };
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

/** Removes the file, and what a b2d that was killed left beside it: its name with a number behind it, by write-file-atomic. @throws B2dError (storage) */
export async function removeFile({ path }: Platform, file: string): Promise<void> {
  const names = await fs.readdir(path.dirname(file)).catch(() => []);
  const beside = names.filter((name) => name.startsWith(`${path.basename(file)}.`) && /\.\d+$/.test(name) && name.lastIndexOf('.') === path.basename(file).length);
  for (const each of [file, ...beside.map((name) => path.join(path.dirname(file), name))]) {
    await fs.rm(each, { force: true }).catch((error: unknown) => { throw storageError('remove', each, error); });
  }
}
