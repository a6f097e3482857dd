import fs from 'node:fs/promises';
import { B2dError } from '../errors.ts';
import { lockHolder, withLock } from '../platform/lock.ts';
import type { Platform } from '../platform/platform.ts';
import { isResumable, readKnown, sidecarOf } from './download/partial.ts';
import { imageLock, importLock } from './locks.ts';
import { imagesFolder } from './store.ts';

const COPY = 'copy.partial';
const PARTIAL = '.partial';

/** A file that is written beside its place has its name within moments; one that still waits after an hour was left by a b2d that was killed. */
const HALF_WRITTEN_MS = 3_600_000;

/** What is left of a download or copy that was cut off, or files that belong to nothing. */
export interface Leftover {
  /** Of the download; undefined for single files. */
  key: string | undefined;
  files: string[];
  bytes: number;
  /** Where the download came from, without a password. */
  url?: string;
  /** The next download of the same goes on from it. */
  resumable: boolean;
  /** Who works on it now, as a sentence. */
  holder?: string;
}

/** What a download of that key works on. */
export function downloadFiles(platform: Platform, home: string, key: string): { partial: string; lock: string } {
  return { partial: platform.path.join(imagesFolder(platform, home), `${key}${PARTIAL}`), lock: imageLock(platform, home, key) };
}

/** Where a file is copied to before it is verified; under the import lock. */
export function copyFile(platform: Platform, home: string): string {
  return platform.path.join(imagesFolder(platform, home), COPY);
}

/** Everything in the store that is neither an image nor what is known of one; nothing is changed. */
export async function findLeftovers(platform: Platform, home: string): Promise<Leftover[]> {
  const folder = imagesFolder(platform, home);
  const names = new Set(await fs.readdir(folder).catch(() => []));
  const keys = new Set([...names].flatMap((name) => /^(.+)\.partial(\.json)?$/.exec(name)?.[1] ?? []));
  const downloads = await Promise.all([...keys].map((key) => describe(platform, home, key, names)));
  const single = await Promise.all([...names].map(async (name): Promise<Leftover[]> => {
    const file = platform.path.join(folder, name);
    const orphan = name.endsWith('.iso.stat') && !names.has(name.slice(0, -'.stat'.length));
    const size = await fs.stat(file).catch(() => undefined);
    const halfWritten = /\.\d{3,}$/.test(name) && size !== undefined && Date.now() - size.mtimeMs > HALF_WRITTEN_MS;
    return (orphan || halfWritten) && size !== undefined ? [{ key: undefined, files: [file], bytes: size.size, resumable: false }] : [];
  }));
  return [...downloads, ...single.flat()];
}

async function describe(platform: Platform, home: string, key: string, names: ReadonlySet<string>): Promise<Leftover> {
  const { partial } = downloadFiles(platform, home, key);
  const known = await readKnown(partial);
  const files = [partial, sidecarOf(partial)].filter((file) => names.has(platform.path.basename(file)));
  const sizes = await Promise.all(files.map((file) => fs.stat(file).then(({ size }) => size, () => 0)));
  return {
    key,
    files,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    ...(known !== undefined && { url: known.url }),
    resumable: names.has(`${key}${PARTIAL}`) && known !== undefined && known.finished === undefined && isResumable(known),
    holder: await lockHolder(lockOf(platform, home, key)),
  };
}

function lockOf(platform: Platform, home: string, key: string): string {
  return `${key}${PARTIAL}` === COPY ? importLock(platform, home) : imageLock(platform, home, key);
}

/** Removes a leftover. @returns false where another b2d works on it: it stays then */
export async function removeLeftover(platform: Platform, home: string, { key, files }: Leftover): Promise<boolean> {
  const remove = async (): Promise<true> => {
    for (const file of files) await fs.rm(file, { force: true });
    return true;
  };
  if (key === undefined) return remove();
  return withLock(platform, lockOf(platform, home, key), { purpose: 'clean up', waitMs: 0 }, remove).catch((error: unknown) => {
    if (error instanceof B2dError && error.exit === 'busy') return false;
    throw error;
  });
}

/**
 * Removes what was cut off and cannot be gone on with: copies, partial downloads that nothing is known of, and what is known of those that are gone.
 * What another b2d works on stays, and so does every download that can go on.
 * @param except the key of a download that is about to begin
 */
export async function cleanLeftovers(platform: Platform, home: string, except?: string): Promise<void> {
  for (const leftover of await findLeftovers(platform, home)) {
    if (!leftover.resumable && leftover.key !== except) await removeLeftover(platform, home, leftover);
  }
}
