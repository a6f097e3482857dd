import fs from 'node:fs';
import { B2dError, messageOf } from '../errors.ts';
import { exists } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { carriedManifest } from '../release/carried.ts';
import { architectureOf, releaseImage } from '../release/image.ts';
import type { ReleaseManifest } from '../release/manifest.ts';
import { checkedAddress } from './download/address.ts';

/** Where an image comes from, and the digest it must have where that is known. */
export type ImageSource =
  | { kind: 'file'; file: string; sha256?: string }
  /** `mirrors` are tried where `url` fails; they need a digest. `size` is in bytes. */
  | { kind: 'url'; url: string; sha256?: string; size?: number; mirrors?: string[] };

/** What the user says about the image that is named. */
export interface SourceOptions {
  /** Its digest, in hexadecimal. */
  sha256?: string | undefined;
  allowHttp?: boolean;
}

/** Places a bundled image may have, relative to the package: an installer's, and the one a checkout builds. */
const BUNDLED = [['image'], ['iso', 'out']];

/**
 * What `--iso` (or the setting `iso`) means: a URL, a path, or, when empty, the image of this b2d: the one bundled with it, else that of the release it came from.
 * @throws B2dError usage for a digest or URL of another kind, imageInvalid when this b2d has no image.
 */
export async function resolveSource(platform: Platform, packageRoot: string, iso: string | undefined, cwd: string, options: SourceOptions = {}): Promise<ImageSource> {
  const expected = options.sha256 === undefined ? {} : { sha256: checkedDigest(options.sha256) };
  if (iso === undefined || iso === '') return { ...(await ownImage(platform, packageRoot)), ...expected };
  if (!isUrl(iso)) return { kind: 'file', file: platform.path.resolve(cwd, iso), ...expected };
  checkedAddress(iso, { ...options, ...expected });
  return { kind: 'url', url: iso, ...expected };
}

/** Whether it is an address rather than a path. */
export function isUrl(iso: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(iso);
}

/** A digest in lower case. @throws B2dError (usage) for anything else than 64 hexadecimal digits. */
export function checkedDigest(text: string): string {
  const digest = text.trim().toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digest)) return digest;
  throw new B2dError(`"${text}" is not a SHA-256 digest.`, { exit: 'usage', reason: 'It must be 64 hexadecimal digits.', remedy: 'What a file has: sha256sum FILE, or on Windows: certutil -hashfile FILE SHA256' });
}

async function ownImage(platform: Platform, packageRoot: string): Promise<ImageSource> {
  const bundled = await bundledImage(platform, packageRoot);
  if (bundled !== undefined) return bundled;
  const release = await carriedManifest(platform, packageRoot);
  if (release !== undefined) return releaseSource(platform, release);
  throw new B2dError('No boot image came with this b2d.', {
    exit: 'imageInvalid',
    reason: `Neither an installer nor a build left ${imageName(platform)} below ${packageRoot}.`,
    remedy: ['Name one: b2d init --iso PATH-OR-URL', 'In a checkout, build it: npm run build:iso'],
  });
}

/** The image of a release. @param from the address its manifest was read from */
export function releaseSource(platform: Platform, release: ReleaseManifest, from?: string): ImageSource & { kind: 'url' } {
  const { image: { sha256, size }, urls: [url = '', ...mirrors] } = releaseImage(platform, release, from);
  return { kind: 'url', url, mirrors, sha256, size };
}

const imageName = (platform: Platform): string => `b2d-${architectureOf(platform)}.iso`;

/** The image that an installer or a build left beside this b2d, if one did. @throws B2dError (imageInvalid) where its digest is missing */
export async function bundledImage(platform: Platform, packageRoot: string): Promise<(ImageSource & { kind: 'file' }) | undefined> {
  for (const folder of BUNDLED) {
    const directory = platform.path.join(packageRoot, ...folder);
    const file = platform.path.join(directory, imageName(platform));
    if (await exists(file)) return { kind: 'file', file, sha256: await manifestDigest(platform.path.join(directory, 'manifest.json')) };
  }
  return undefined;
}

/** The digest that the build wrote beside its image. */
async function manifestDigest(file: string): Promise<string> {
  try {
    const { sha256 } = JSON.parse(await fs.promises.readFile(file, 'utf8')) as { sha256?: unknown };
    if (typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)) return sha256;
    throw new Error('it has no "sha256"');
  } catch (error) {
    throw new B2dError(`The bundled image's manifest ${file} cannot be used.`, {
      exit: 'imageInvalid', reason: messageOf(error), remedy: 'Install b2d again, or in a checkout: npm run build:iso', cause: error,
    });
  }
}
