import crypto from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { B2dError, messageOf } from '../../../src/errors.ts';
import { inspectIso } from '../../../src/image/iso9660.ts';

/** What the build says of its image, iso/build/image/manifest.py: the parts a release needs. */
export interface BuildManifest {
  version: string;
  arch: 'amd64';
  file: string;
  size: number;
  sha256: string;
  kernel: { release: string };
  engine: { docker: string };
  data: { format: number; storageDrivers: string[] };
  /** The source packages that the image was made of; `note` says what is unusual about one. */
  sources: { package: string; version: string; licence: string; note?: string }[];
}

/** A built image. */
export interface BuiltImage {
  file: string;
  manifestFile: string;
  manifest: BuildManifest;
}

/**
 * Looks at the image that a build left in a folder (iso/out).
 * @throws B2dError (imageInvalid) where it is missing, not what its manifest says, or of another version than the release
 */
export async function readBuiltImage(folder: string, version: string): Promise<BuiltImage> {
  const manifestFile = path.join(folder, 'manifest.json');
  const manifest = await readManifest(manifestFile);
  const file = path.join(folder, manifest.file);
  const bytes = await fs.readFile(file).catch((error: unknown) => { throw unusable(file, messageOf(error)); });
  if (bytes.length !== manifest.size || digest(bytes) !== manifest.sha256) throw unusable(file, `It is not the file that ${manifestFile} describes.`);
  const stated = (await inspectIso(file)).version;
  if (stated !== version || manifest.version !== version) throw unusable(file, `The image states the version "${stated}"; package.json says ${version}.`);
  return { file, manifestFile, manifest };
}

/** SHA-256 in hexadecimal. */
export function digest(bytes: Uint8Array): string {
  return crypto.createHash('sha256').update(bytes).digest('hex');
}

async function readManifest(file: string): Promise<BuildManifest> {
  const value = await fs.readFile(file, 'utf8').then((text) => JSON.parse(text) as Partial<BuildManifest>).catch((error: unknown) => { throw unusable(file, messageOf(error)); });
  const wrong = Object.entries({
    arch: value.arch === 'amd64',
    file: value.file === `b2d-${value.arch}.iso`,
    kernel: typeof value.kernel?.release === 'string',
    engine: typeof value.engine?.docker === 'string',
    data: Number.isSafeInteger(value.data?.format) && Array.isArray(value.data?.storageDrivers) && value.data.storageDrivers.length > 0,
    sources: Array.isArray(value.sources) && value.sources.length > 0,
  }).find(([, right]) => !right);
  if (wrong !== undefined) throw unusable(file, `Its "${wrong[0]}" is missing or cannot be right: it was made by another version of the build.`);
  return value as BuildManifest;
}

function unusable(file: string, reason: string): B2dError {
  return new B2dError(`${file} cannot be released.`, { exit: 'imageInvalid', reason, remedy: 'Build the image of this checkout: sudo npm run build:iso' });
}
