import crypto from 'node:crypto';
import fs from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { B2dError } from '../errors.ts';
import { exists, makePrivateDirectory, storageError, writeAtomic } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { inspectIso } from './iso9660.ts';
import { openSource, type ImageSource } from './source.ts';

/** An image in the store: verified, read-only, named by its content. */
export interface StoredImage {
  sha256: string;
  file: string;
  version: string;
}

/** `images/<sha256>.iso` below B2D_HOME. */
export function imageFile(platform: Platform, home: string, sha256: string): string {
  return platform.path.join(home, 'images', `${sha256}.iso`);
}

/**
 * Brings an image into the store. The digest is computed while the bytes are written beside their final place; only a
 * whole ISO with the expected digest ever gets its final name.
 * @throws B2dError imageInvalid, storage or network.
 */
export async function importImage(platform: Platform, home: string, source: ImageSource): Promise<StoredImage> {
  if (source.kind === 'file') await inspectIso(source.file);
  const folder = platform.path.join(home, 'images');
  await makePrivateDirectory(platform, folder);
  const partial = platform.path.join(folder, `${crypto.randomUUID()}.partial`);
  try {
    const sha256 = await receive(source, partial);
    if (source.sha256 !== undefined && source.sha256 !== sha256) {
      throw new B2dError('The boot image is not the expected one.', {
        exit: 'imageInvalid',
        reason: `Its SHA-256 is ${sha256}, not ${source.sha256}.`,
        remedy: 'Fetch it again; if that does not help, do not use it.',
      });
    }
    const { version } = await inspectIso(partial);
    const file = imageFile(platform, home, sha256);
    if (!(await exists(file))) {
      await fs.promises.chmod(partial, 0o444);
      await fs.promises.rename(partial, file);
    }
    await recordStat(file);
    return { sha256, file, version };
  } finally {
    await fs.promises.rm(partial, { force: true });
  }
}

async function receive(source: ImageSource, target: string): Promise<string> {
  const hash = crypto.createHash('sha256');
  const output = fs.createWriteStream(target, { flags: 'wx', flush: true });
  const failed = new Promise<never>((_, reject) => output.once('error', (error) => reject(storageError('write', target, error))));
  const copied = pipeline(openSource(source), async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  }, output);
  await Promise.race([copied, failed]);
  return hash.digest('hex');
}

/**
 * The stored image of that digest, verified again when its size or time stamp is not the one it was stored with.
 * @returns undefined where there is none, or where it no longer has the digest (it is then removed: it is a copy).
 */
export async function findImage(platform: Platform, home: string, sha256: string): Promise<StoredImage | undefined> {
  const file = imageFile(platform, home, sha256);
  if (!(await exists(file))) return undefined;
  if (!(await hasRecordedStat(file))) {
    const hash = crypto.createHash('sha256');
    await pipeline(fs.createReadStream(file), hash);
    if (hash.digest('hex') !== sha256) {
      await fs.promises.rm(file, { force: true });
      return undefined;
    }
    await recordStat(file);
  }
  return { sha256, file, version: (await inspectIso(file)).version };
}

function statFile(file: string): string {
  return `${file}.stat`;
}

async function statText(file: string): Promise<string> {
  const { size, mtimeMs } = await fs.promises.stat(file);
  return `${size} ${mtimeMs}\n`;
}

async function recordStat(file: string): Promise<void> {
  await writeAtomic(statFile(file), await statText(file));
}

async function hasRecordedStat(file: string): Promise<boolean> {
  return (await fs.promises.readFile(statFile(file), 'utf8').catch(() => '')) === (await statText(file));
}
