import fs from 'node:fs/promises';
import { codeOf } from '../errors.ts';
import { storageError } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { inspectIso } from './iso9660.ts';
import { imagesFolder, type StoredImage } from './store.ts';

/** An image as the store's list has it; it is not verified for that. */
export interface ListedImage extends Pick<StoredImage, 'sha256' | 'file' | 'version'> {
  bytes: number;
  /** When its last byte was written. */
  storedAt: Date;
}

/** The images in the store, the newest first. @throws B2dError (storage) */
export async function listImages(platform: Platform, home: string): Promise<ListedImage[]> {
  const folder = imagesFolder(platform, home);
  const entries = await fs.readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw storageError('read', folder, error);
  });
  const digests = entries.filter((entry) => entry.isFile()).flatMap(({ name }) => /^([0-9a-f]{64})\.iso$/.exec(name)?.[1] ?? []);
  const images = await Promise.all(digests.map(async (sha256): Promise<ListedImage[]> => {
    const file = platform.path.join(folder, `${sha256}.iso`);
    const stat = await fs.stat(file).catch(() => undefined); // removed meanwhile
    const version = await inspectIso(file).then((info) => info.version, () => '');
    return stat === undefined ? [] : [{ sha256, file, version, bytes: stat.size, storedAt: stat.mtime }];
  }));
  return images.flat().sort((a, b) => b.storedAt.getTime() - a.storedAt.getTime());
}
