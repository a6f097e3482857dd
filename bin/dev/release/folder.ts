import fs from 'node:fs/promises';
import path from 'node:path';
import { B2dError } from '../../../src/errors.ts';
import { readIfThere } from '../../../src/platform/files.ts';
import { MANIFEST_FILE } from '../../../src/release/manifest.ts';
import { digest } from './image.ts';

export const SUMS_FILE = 'SHA256SUMS';

/** The line of each file in the format of sha256sum, sorted by name. */
export async function writeSums(folder: string): Promise<void> {
  const names = (await fs.readdir(folder)).filter((name) => name !== SUMS_FILE).sort();
  const lines = await Promise.all(names.map(async (name) => `${digest(await fs.readFile(path.join(folder, name)))}  ${name}\n`));
  await fs.writeFile(path.join(folder, SUMS_FILE), lines.join(''));
}

/**
 * Whether a folder may be replaced by a release: it is not there, is empty, or holds exactly what a release left.
 * @throws B2dError (usage) where it holds anything else
 */
export async function checkReplaceable(folder: string): Promise<void> {
  const names = await fs.readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[];
    throw notOurs(folder, error.code === 'ENOTDIR' ? 'It is a file.' : error.message);
  });
  if (names.length === 0) return;
  const ours = (await readIfThere(path.join(folder, SUMS_FILE)) ?? '').split('\n').map((line) => line.slice(66)).concat(SUMS_FILE);
  const foreign = names.find((name) => !ours.includes(name));
  if (foreign !== undefined) throw notOurs(folder, `It holds ${foreign}, which no release has left there.`);
  if (!names.includes(MANIFEST_FILE)) throw notOurs(folder, `It holds no ${MANIFEST_FILE}.`);
}

function notOurs(folder: string, reason: string): B2dError {
  return new B2dError(`${folder} is not the folder of a release, so it is not replaced.`, { exit: 'usage', reason, remedy: 'Name another: npm run release -- --out DIR' });
}

/** A new folder beside its final place, so that a release appears there whole. What a run that was killed has left of it is removed. */
export async function beside(folder: string): Promise<string> {
  const part = path.join(path.dirname(folder), `.${path.basename(folder)}.part`);
  await fs.rm(part, { recursive: true, force: true });
  await fs.mkdir(part, { recursive: true });
  return part;
}

/** Puts a finished folder into its place, flushed to the disk. */
export async function putInPlace(part: string, folder: string): Promise<void> {
  for (const name of await fs.readdir(part)) {
    const handle = await fs.open(path.join(part, name), 'r+');
    await handle.sync().finally(() => handle.close());
  }
  const old = path.join(part, '..', `.${path.basename(folder)}.old`);
  await fs.rm(old, { recursive: true, force: true });
  await fs.rename(folder, old).catch((error: NodeJS.ErrnoException) => { if (error.code !== 'ENOENT') throw error; });
  await fs.rename(part, folder);
  await fs.rm(old, { recursive: true, force: true });
}
