import crypto from 'node:crypto';
import fs from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { B2dError, messageOf } from '../errors.ts';
import { digestOf } from '../platform/digest.ts';
import { exists, makePrivateDirectory, storageError } from '../platform/files.ts';
import { withLock } from '../platform/lock.ts';
import type { Platform } from '../platform/platform.ts';
import { shownAddress } from './download/address.ts';
import { download } from './download/download.ts';
import type { NetworkOptions, Transfer } from './download/options.ts';
import { inspectIso } from './iso9660.ts';
import { cleanLeftovers, copyFile, downloadFiles } from './leftovers.ts';
import { importLock } from './locks.ts';
import type { ImageSource } from './source.ts';
import { findImage, imageFile, imagesFolder, recordStat, storedImage, type StoredImage } from './store.ts';

export interface ImportOptions extends NetworkOptions {
  onProgress?(transfer: Transfer): void;
  /** Sentences for the user: another try, another b2d that downloads the same. */
  onNote?(text: string): void;
}

type FileSource = ImageSource & { kind: 'file' };

/** Another import only copies a file. */
const COPY_WAIT_MS = 10 * 60_000;

/**
 * Brings an image into the store. The digest is computed while the bytes are written beside their final place; only a
 * whole ISO with the expected digest ever gets its final name. One that is there already is neither copied nor downloaded again; a file is read all the same,
 * since what it holds now is what is meant.
 * @throws B2dError imageInvalid, storage or network.
 */
export async function importImage(platform: Platform, home: string, source: ImageSource, options: ImportOptions = {}): Promise<StoredImage> {
  const wanted = source.kind === 'file' ? await fileDigest(source) : source.sha256;
  const known = wanted === undefined ? undefined : await findImage(platform, home, wanted);
  if (known !== undefined) return known;
  await makePrivateDirectory(platform, imagesFolder(platform, home));
  const sha256 = source.kind === 'file' ? await importFile(platform, home, source) : await importUrl(platform, home, source, options);
  const file = imageFile(platform, home, sha256);
  try {
    await recordStat(file);
    return await storedImage(sha256, file);
  } catch (error) {
    if (await exists(file)) throw error;
    return importImage(platform, home, source, options); // another b2d has removed it in this moment
  }
}

async function importUrl(platform: Platform, home: string, source: ImageSource & { kind: 'url' }, options: ImportOptions): Promise<string> {
  const key = source.sha256 ?? `url-${crypto.createHash('sha256').update(shownAddress(source.url)).digest('hex').slice(0, 32)}`;
  await cleanLeftovers(platform, home, key);
  const from = (url: string) => download({
    ...options,
    ...downloadFiles(platform, home, key),
    platform,
    url,
    sha256: source.sha256,
    size: source.size,
    target: (digest) => imageFile(platform, home, digest),
    check: async (file) => void (await inspectIso(file)),
  });
  return (await firstThatAnswers([source.url, ...(source.mirrors ?? [])], from, options.onNote)).sha256;
}

/** The first address counts; the others are tried in turn while it is the network that fails. @throws the last one's error */
async function firstThatAnswers<T>([url = '', ...others]: readonly string[], fetch: (url: string) => Promise<T>, onNote?: (text: string) => void): Promise<T> {
  try {
    return await fetch(url);
  } catch (error) {
    if (others.length === 0 || !(error instanceof B2dError) || error.exit !== 'network') throw error;
    onNote?.(`${error.message} ${error.reason ?? ''} Trying ${shownAddress(others[0] as string)}.`);
    return firstThatAnswers(others, fetch, onNote);
  }
}

/** The digest of a file that is an ISO as far as its first sectors tell. @throws B2dError (imageInvalid) where it is none, or not the expected one */
async function fileDigest(source: FileSource): Promise<string> {
  await inspectIso(source.file);
  return expected(source, await digestOf(source.file).catch((error: unknown) => { throw unreadable(source.file, error); }));
}

/** The digest that the file has, where it is the expected one. */
function expected({ file, sha256: wanted }: FileSource, sha256: string): string {
  if (wanted === undefined || sha256 === wanted) return sha256;
  throw new B2dError('The boot image is not the expected one.', {
    exit: 'imageInvalid', reason: `The SHA-256 of ${file} is ${sha256}, not ${wanted}.`, remedy: 'Fetch it again; if that does not help, do not use it.',
  });
}

/** One copy at a time: every other file of a copy is then a leftover. */
async function importFile(platform: Platform, home: string, source: FileSource): Promise<string> {
  await cleanLeftovers(platform, home);
  return withLock(platform, importLock(platform, home), { purpose: 'import an image', waitMs: COPY_WAIT_MS, busy: 'Another b2d copies an image.' }, async () => {
    const copy = copyFile(platform, home);
    try {
      const sha256 = expected(source, await copyAndDigest(source.file, copy)); // it may have changed since it was read
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
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): B2dError {
  return new B2dError(`The image could not be read from ${file}.`, { exit: 'imageInvalid', reason: messageOf(cause), remedy: 'Check the path: b2d init --iso PATH', cause });
}
