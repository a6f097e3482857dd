import fs from 'node:fs/promises';
import { storageError } from '../platform/files.ts';
import { withLock } from '../platform/lock.ts';
import type { Platform } from '../platform/platform.ts';
import { imageLock } from './locks.ts';
import { imageFile, statFile } from './store.ts';

/**
 * Removes an image. The caller holds the store's lock and knows that no machine uses it.
 * @throws B2dError (busy) where another b2d reads it, (storage)
 */
export async function removeImage(platform: Platform, home: string, sha256: string): Promise<void> {
  const file = imageFile(platform, home, sha256);
  await withLock(platform, imageLock(platform, home, sha256), { purpose: 'image rm', waitMs: 0, busy: `Another b2d reads the image ${sha256.slice(0, 12)}.` }, async () => {
    for (const name of [file, statFile(file)]) await fs.rm(name, { force: true }).catch((error: unknown) => { throw storageError('remove', name, error); });
  });
}
