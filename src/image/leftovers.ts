import fs from 'node:fs/promises';
import { B2dError } from '../errors.ts';
import { withLock } from '../platform/lock.ts';
import type { Platform } from '../platform/platform.ts';
import { isResumable, readKnown, sidecarOf } from './download/partial.ts';
import { imagesFolder } from './store.ts';

const COPY = 'copy.partial';
const PARTIAL = '.partial';

/** What a download of that key works on. */
export function downloadFiles(platform: Platform, home: string, key: string): { partial: string; lock: string } {
  return { partial: platform.path.join(imagesFolder(platform, home), `${key}${PARTIAL}`), lock: lockFile(platform, home, key) };
}

/** Where a file is copied to before it is verified; under the import lock. */
export function copyFile(platform: Platform, home: string): string {
  return platform.path.join(imagesFolder(platform, home), COPY);
}

export function importLock(platform: Platform, home: string): string {
  return lockFile(platform, home, 'import');
}

function lockFile(platform: Platform, home: string, key: string): string {
  return platform.path.join(imagesFolder(platform, home), 'locks', `${key}.lock`);
}

/**
 * Removes what was cut off and cannot be gone on with: copies, partial downloads that nothing is known of, and what is known of those that are gone.
 * What another b2d works on stays, and so does every download that can go on.
 * @param except the key of a download that is about to begin
 */
export async function cleanLeftovers(platform: Platform, home: string, except?: string): Promise<void> {
  const folder = imagesFolder(platform, home);
  const names = new Set(await fs.readdir(folder).catch(() => []));
  const keys = new Set([...names].flatMap((name) => /^(.+)\.partial(\.json)?$/.exec(name)?.[1] ?? []));
  for (const key of keys) {
    const { partial, lock } = downloadFiles(platform, home, key);
    const known = names.has(`${key}${PARTIAL}`) ? await readKnown(partial) : undefined;
    const resumable = known !== undefined && known.finished === undefined && isResumable(known);
    if (key === except || resumable) continue;
    await unlessHeld(platform, key === 'copy' ? importLock(platform, home) : lock, async () => {
      for (const file of [partial, sidecarOf(partial)]) await fs.rm(file, { force: true });
    });
  }
}

async function unlessHeld(platform: Platform, lock: string, work: () => Promise<void>): Promise<void> {
  await withLock(platform, lock, { purpose: 'clean up', waitMs: 0 }, work).catch((error: unknown) => {
    if (!(error instanceof B2dError && error.exit === 'busy')) throw error;
  });
}
