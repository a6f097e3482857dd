import fs from 'node:fs';
import { digestOf } from '../platform/digest.ts';
import { exists, storageError, writeAtomic } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { inspectIso, type IsoInfo } from './iso9660.ts';

/** An image in the store: verified, read-only, named by its content. */
export interface StoredImage extends Pick<IsoInfo, 'version' | 'arch' | 'engine' | 'data'> {
  sha256: string;
  file: string;
}

/** What a file of the store is. @throws B2dError (imageInvalid) */
export async function storedImage(sha256: string, file: string): Promise<StoredImage> {
  const { version, arch, engine, data } = await inspectIso(file);
  return { sha256, file, version, arch, engine, data };
}

/** `images` below B2D_HOME. */
export function imagesFolder(platform: Platform, home: string): string {
  return platform.path.join(home, 'images');
}

/** `images/<sha256>.iso` below B2D_HOME. */
export function imageFile(platform: Platform, home: string, sha256: string): string {
  return platform.path.join(imagesFolder(platform, home), `${sha256}.iso`);
}

/**
 * The stored image of that digest, verified again when its size or time stamp is not the one it was stored with.
 * @returns undefined where there is none, or where it no longer has the digest (it is then removed: it is a copy).
 */
export async function findImage(platform: Platform, home: string, sha256: string): Promise<StoredImage | undefined> {
  const file = imageFile(platform, home, sha256);
  try {
    if (!(await exists(file))) return undefined;
    if (!(await hasRecordedStat(file))) {
      if ((await digestOf(file)) !== sha256) {
        await fs.promises.rm(file, { force: true }).catch((error: unknown) => { throw storageError('remove', file, error); });
        return undefined;
      }
      await recordStat(file);
    }
    return await storedImage(sha256, file);
  } catch (error) {
    if (!(await exists(file))) return undefined; // another b2d has removed it meanwhile
    throw error;
  }
}

/** Beside an image: what it looked like when it was last verified. */
export function statFile(file: string): string {
  return `${file}.stat`;
}

async function statText(file: string): Promise<string> {
  const { size, mtimeMs } = await fs.promises.stat(file);
  return `${size} ${mtimeMs}\n`;
}

/** Notes that the file is verified as it is now. */
export async function recordStat(file: string): Promise<void> {
  await writeAtomic(statFile(file), await statText(file));
}

async function hasRecordedStat(file: string): Promise<boolean> {
  return (await fs.promises.readFile(statFile(file), 'utf8').catch(() => '')) === (await statText(file));
}
