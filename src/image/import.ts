import crypto from 'node:crypto';
import fs from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { B2dError, messageOf } from '../errors.ts';
import { exists, makePrivateDirectory, storageError } from '../platform/files.ts';
import { withLock } from '../platform/lock.ts';
import type { Platform } from '../platform/platform.ts';
import { shownAddress } from './download/address.ts';
import { download } from './download/download.ts';
import type { NetworkOptions, Transfer } from './download/options.ts';
import { inspectIso } from './iso9660.ts';
import { cleanLeftovers, copyFile, downloadFiles, importLock } from './leftovers.ts';
import type { ImageSource } from './source.ts';
import { findImage, imageFile, imagesFolder, recordStat, type StoredImage } from './store.ts';

export interface ImportOptions extends NetworkOptions {
  onProgress?(transfer: Transfer): void;
  /** Sentences for the user: another try, the digest of an image that came without one. */
  onNote?(text: string): void;
}

/** Another import only copies a file. */
const COPY_WAIT_MS = 10 * 60_000;

/**
 * Brings an image into the store. The digest is computed while the bytes are written beside their final place; only a
 * whole ISO with the expected digest ever gets its final name. One that is there already is neither copied nor downloaded again.
 * @throws B2dError imageInvalid, storage or network.
 */
export async function importImage(platform: Platform, home: string, source: ImageSource, options: ImportOptions = {}): Promise<StoredImage> {
  const known = source.sha256 === undefined ? undefined : await findImage(platform, home, source.sha256);
  if (known !== undefined) return known;
  if (source.kind === 'file') await inspectIso(source.file);
  await makePrivateDirectory(platform, imagesFolder(platform, home));
  const sha256 = source.kind === 'file' ? await importFile(platform, home, source) : await importUrl(platform, home, source, options);
  const file = imageFile(platform, home, sha256);
  await recordStat(file);
  return { sha256, file, version: (await inspectIso(file)).version };
}

async function importUrl(platform: Platform, home: string, source: ImageSource & { kind: 'url' }, options: ImportOptions): Promise<string> {
  const key = source.sha256 ?? `url-${crypto.createHash('sha256').update(source.url).digest('hex').slice(0, 32)}`;
  await cleanLeftovers(platform, home, key);
  const { sha256 } = await download({
    ...options,
    ...downloadFiles(platform, home, key),
    platform,
    url: source.url,
    sha256: source.sha256,
    target: (digest) => imageFile(platform, home, digest),
    check: async (file) => void (await inspectIso(file)),
  });
  if (source.sha256 === undefined) options.onNote?.(`The SHA-256 of ${shownAddress(source.url)} is ${sha256}. It is recorded: another one will be refused.`);
  return sha256;
}

/** One copy at a time: every other file of a copy is then a leftover. */
async function importFile(platform: Platform, home: string, source: ImageSource & { kind: 'file' }): Promise<string> {
  await cleanLeftovers(platform, home);
  return withLock(platform, importLock(platform, home), { purpose: 'import an image', waitMs: COPY_WAIT_MS, busy: 'Another b2d copies an image.' }, async () => {
    const copy = copyFile(platform, home);
    try {
      const sha256 = await copyAndDigest(source.file, copy);
      if (source.sha256 !== undefined && source.sha256 !== sha256) {
        throw new B2dError('The boot image is not the expected one.', {
          exit: 'imageInvalid', reason: `The SHA-256 of ${source.file} is ${sha256}, not ${source.sha256}.`, remedy: 'Fetch it again; if that does not help, do not use it.',
        });
      }
      await inspectIso(copy);
      const file = imageFile(platform, home, sha256);
      if (!(await exists(file))) {
        await fs.promises.chmod(copy, 0o444);
        await fs.promises.rename(copy, file).catch((error: unknown) => { throw storageError('put in place', file, error); });
      }
      return sha256;
    } finally {
      await fs.promises.rm(copy, { force: true });
    }
  });
}

async function copyAndDigest(from: string, to: string): Promise<string> {
  const hash = crypto.createHash('sha256');
  const output = fs.createWriteStream(to, { flush: true });
  const failed = new Promise<never>((_, reject) => output.once('error', (error) => reject(storageError('write', to, error))));
  const copied = pipeline(readSource(from), async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  }, output);
  await Promise.race([copied, failed]);
  return hash.digest('hex');
}

async function* readSource(file: string): AsyncGenerator<Buffer> {
  try {
    yield* fs.createReadStream(file) as AsyncIterable<Buffer>;
  } catch (error) {
    throw new B2dError(`The image could not be read from ${file}.`, { exit: 'imageInvalid', reason: messageOf(error), remedy: 'Check the path: b2d init --iso PATH', cause: error });
  }
}
