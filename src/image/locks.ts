import { withLock } from '../platform/lock.ts';
import type { Platform } from '../platform/platform.ts';
import { imagesFolder } from './store.ts';

/** Removing files and writing a small one takes moments. */
const STORE_WAIT_MS = 60_000;

/** Locked while a download of that key is under way; with a digest as the key, while a b2d reads the whole image too. */
export function imageLock(platform: Platform, home: string, key: string): string {
  return platform.path.join(imagesFolder(platform, home), 'locks', `${key}.lock`);
}

/** Locked while a file is copied into the store. */
export function importLock(platform: Platform, home: string): string {
  return imageLock(platform, home, 'import');
}

/**
 * Runs `work` while no other b2d removes images or writes down that a machine uses one: each sees what the other has done. For short works.
 * @throws B2dError (busy)
 */
export function withStore<T>(platform: Platform, home: string, purpose: string, work: () => Promise<T>): Promise<T> {
  return withLock(platform, imageLock(platform, home, 'store'), { purpose, waitMs: STORE_WAIT_MS, busy: 'Another b2d works on the store of images.' }, work);
}
