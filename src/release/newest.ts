import fs from 'node:fs/promises';
import semver from 'semver';
import { B2dError } from '../errors.ts';
import { shownAddress } from '../image/download/address.ts';
import { download } from '../image/download/download.ts';
import { NoSuchFileError } from '../image/download/errors.ts';
import type { DownloadOptions, NetworkOptions } from '../image/download/options.ts';
import { sidecarOf } from '../image/download/partial.ts';
import { makePrivateDirectory, readIfThere, writeAtomic } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { parseManifest, SIGNATURE_FILE, type ReleaseManifest } from './manifest.ts';
import { verify, type ReleaseKey } from './signature.ts';

/** A manifest has a few kilobytes; more than this is something else. */
const MAX_BYTES = 1024 ** 2;
/** A person waits, and there is a known image to go on with. */
const PATIENCE = { tries: 3, stallMs: 15_000, stallBytes: 1, deadlineMs: 120_000, maxUnknownBytes: MAX_BYTES };

export interface NewestOptions {
  network: NetworkOptions;
  platform: Platform;
  home: string;
  /** The address of the manifest. */
  url: string;
  keys: readonly ReleaseKey[];
  /** The release this b2d came with: nothing older is believed. */
  carried: ReleaseManifest | undefined;
  now: Date;
  onNote?(text: string): void;
  /** For tests. */
  patience?: DownloadOptions['patience'];
}

/**
 * Fetches the manifest of the newest release, and believes it only when a trusted key has signed it, it has not expired, and it is not older than any
 * that was believed before. It is remembered in B2D_HOME/releases.
 * @throws B2dError (network) when it cannot be had, (security) when it is not to be believed, (imageInvalid) when it cannot be read
 */
export async function newestRelease(options: NewestOptions): Promise<ReleaseManifest> {
  const { platform, home, url, keys, carried, now } = options;
  const shown = shownAddress(url);
  const manifest = await fetchText(options, url);
  const signature = await fetchText(options, new URL(SIGNATURE_FILE, url).href).catch(undefinedWhereMissing);
  verify(Buffer.from(manifest), signature, keys, shown);
  const release = parseManifest(manifest, shown);
  const folder = platform.path.join(home, 'releases');
  const remembered = platform.path.join(folder, 'newest.json');
  if (Date.parse(release.expires) <= now.getTime()) throw expired(shown, release);
  for (const known of [carried, await readRemembered(remembered)]) {
    if (known !== undefined && semver.lt(release.version, known.version)) throw older(shown, release, known);
  }
  await writeAtomic(remembered, manifest);
  return release;
}

/** The release that was the newest when b2d last looked. One that cannot be read any more is no reason to stop: it only guards against older ones. */
async function readRemembered(file: string): Promise<ReleaseManifest | undefined> {
  const text = await readIfThere(file);
  try {
    return text === undefined ? undefined : parseManifest(text, file);
  } catch {
    return undefined;
  }
}

/** A small file by the downloader of images, with all its care: retries, proxies, certificate authorities, no web page in place of a file. */
async function fetchText({ platform, home, network, onNote, patience }: NewestOptions, url: string): Promise<string> {
  const { path } = platform;
  const folder = path.join(home, 'releases');
  await makePrivateDirectory(platform, folder);
  const partial = path.join(folder, `${path.basename(new URL(url).pathname) || 'file'}.partial`);
  const whole = `${partial}.whole`;
  try {
    await download({ ...network, platform, url, partial, lock: path.join(folder, 'fetch.lock'), target: () => whole, patience: { ...PATIENCE, ...patience }, ...(onNote && { onNote }) });
    return await fs.readFile(whole, 'utf8');
  } catch (error) {
    throw error instanceof B2dError && ['network', 'imageInvalid'].includes(error.exit) ? notFetched(url, error) : error;
  } finally {
    for (const file of [whole, partial, sidecarOf(partial)]) await fs.rm(file, { force: true });
  }
}

function undefinedWhereMissing(error: unknown): undefined {
  if (error instanceof B2dError && error.cause instanceof NoSuchFileError) return undefined;
  throw error;
}

/** The downloader speaks of images. */
function notFetched(url: string, cause: B2dError): B2dError {
  return new B2dError(`The release manifest could not be fetched from ${shownAddress(url)}.`, {
    exit: cause.exit, reason: cause.reason, remedy: ['Try again later: the machine goes on with the image it has.', 'Which address is asked, and by whose wish: b2d config'], cause,
  });
}

function expired(origin: string, { version, expires }: ReleaseManifest): B2dError {
  return new B2dError(`The release manifest ${origin} is not trusted.`, {
    exit: 'security', reason: `It is that of release ${version} and expired on ${expires.slice(0, 10)}: somebody may hide a newer one.`, remedy: ['Check this computer\'s date and time.', 'If they are right, look for a newer release yourself, or tell who publishes it.'],
  });
}

function older(origin: string, release: ReleaseManifest, known: ReleaseManifest): B2dError {
  return new B2dError(`The release manifest ${origin} is not trusted.`, {
    exit: 'security', reason: `It is that of release ${release.version}, but ${known.version} is known already: somebody may want this computer to go back to an older one.`, remedy: 'Try another address. To use an older image on purpose: b2d restart --iso PATH-OR-URL',
  });
}
