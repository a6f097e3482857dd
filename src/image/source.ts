import fs from 'node:fs';
import type { Readable } from 'node:stream';
import { B2dError, messageOf } from '../errors.ts';
import { exists } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';

/** Where an image comes from. */
export type ImageSource =
  | { kind: 'file'; file: string; sha256?: string }
  | { kind: 'url'; url: string; sha256?: string };

/** Places a bundled image may have, relative to the package: an installer's, and the one a checkout builds. */
const BUNDLED = [['image'], ['iso', 'out']];

/**
 * What `--iso` (or the setting `iso`) means: a URL, a path, or, when empty, the image bundled with this b2d.
 * @throws B2dError usage for a URL of another kind, imageInvalid when there is no bundled image.
 */
export async function resolveSource(platform: Platform, packageRoot: string, iso: string | undefined, cwd: string): Promise<ImageSource> {
  if (iso === undefined || iso === '') return bundledImage(platform, packageRoot);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(iso)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'file', file: platform.path.resolve(cwd, iso) };
  if (scheme === 'https' || (scheme === 'http' && isLoopback(iso))) return { kind: 'url', url: iso };
  throw new B2dError(`An image cannot be fetched from ${iso}.`, {
    exit: 'usage',
    reason: scheme === 'http' ? 'Plain http lets anybody on the way change the image.' : `${scheme}:// is not supported.`,
    remedy: 'Use an https:// URL, or download the file yourself and name its path.',
  });
}

function isLoopback(url: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname);
}

async function bundledImage(platform: Platform, packageRoot: string): Promise<ImageSource> {
  const arch = platform.arch === 'arm64' ? 'arm64' : 'amd64';
  for (const folder of BUNDLED) {
    const directory = platform.path.join(packageRoot, ...folder);
    const file = platform.path.join(directory, `b2d-${arch}.iso`);
    if (await exists(file)) return { kind: 'file', file, sha256: await manifestDigest(platform.path.join(directory, 'manifest.json')) };
  }
  throw new B2dError('No boot image came with this b2d.', {
    exit: 'imageInvalid',
    reason: `Neither an installer nor a build left b2d-${arch}.iso below ${packageRoot}.`,
    remedy: ['Name one: b2d init --iso PATH-OR-URL', 'In a checkout, build it: npm run build:iso'],
  });
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

/** The bytes of a source, as a stream that fails with a B2dError. */
export async function* openSource(source: ImageSource): AsyncGenerator<Buffer> {
  try {
    yield* (source.kind === 'file' ? fs.createReadStream(source.file) : await download(source.url)) as AsyncIterable<Buffer>;
  } catch (error) {
    throw new B2dError(`The image could not be read from ${source.kind === 'file' ? source.file : source.url}.`, {
      exit: source.kind === 'file' ? 'imageInvalid' : 'network',
      reason: messageOf(error),
      remedy: source.kind === 'file' ? 'Check the path: b2d init --iso PATH' : 'Check the address and the connection, then run the command again.',
      cause: error,
    });
  }
}

async function download(url: string): Promise<Readable> {
  const { default: got } = await import('got');
  const refuseDowngrade = (next: { url?: string | URL | undefined }): void => {
    if (new URL(String(next.url)).protocol !== 'https:' && !isLoopback(String(next.url))) throw new Error(`it redirects to plain http: ${next.url}`);
  };
  return got.stream(url, {
    timeout: { connect: 15_000, response: 30_000, socket: 30_000 }, // milliseconds; none for the whole: links may be slow
    decompress: false,
    maxRedirects: 5,
    hooks: { beforeRedirect: [refuseDowngrade] },
  });
}
