import semver from 'semver';
import { B2dError } from '../errors.ts';
import type { DataFormat } from '../image/data-format.ts';

/** Raised whenever an older b2d could misread the manifest. */
export const MANIFEST_FORMAT = 1;

/** The names of the files of a release; docs/releasing.md. */
export const MANIFEST_FILE = 'release.json';
export const SIGNATURE_FILE = 'release.json.sig';

/** The architectures that images are made for, by Debian's names. */
export type Architecture = 'amd64' | 'arm64';

/** What a release says about the image of one architecture. */
export interface ReleaseImage {
  /** Its name in the folder of the release. */
  file: string;
  /** Where it is, absolute, best first. The folder that the manifest was read from is tried before them. */
  urls: string[];
  /** Bytes. */
  size: number;
  /** In hexadecimal. */
  sha256: string;
  /** Versions of the Docker engine and of the kernel. */
  engine: string;
  kernel: string;
  /** What it can do with an older data disk. */
  data: DataFormat;
}

/** A file of a release that installs b2d itself. */
export interface ReleasePackage {
  kind: string;
  file: string;
  size: number;
  sha256: string;
}

/** release.json: what a release consists of. The one that a package carries knows no packages: it is in one. */
export interface ReleaseManifest {
  format: typeof MANIFEST_FORMAT;
  /** Of b2d and of its images (semver). */
  version: string;
  /** ISO 8601, UTC. */
  released: string;
  /** ISO 8601, UTC: from then on it is not believed any more, so that nobody can hold a user back at an old one for ever. */
  expires: string;
  /** What is new, as text. */
  notes: string;
  /** The oldest b2d that can work with these images (semver). */
  minimumB2d: string;
  /** Where the manifest of the newest release is found, if the release has a place. */
  url?: string;
  images: Partial<Record<Architecture, ReleaseImage>>;
  packages: ReleasePackage[];
}

/**
 * Reads a manifest.
 * @param origin its file or address, for messages
 * @throws B2dError (imageInvalid) when it is damaged, or of a format that this b2d does not know
 */
export function parseManifest(text: string, origin: string): ReleaseManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unusable(origin, 'It is not complete JSON.', error);
  }
  if (isObject(value) && typeof value['format'] === 'number' && value['format'] > MANIFEST_FORMAT) {
    throw new B2dError(`The release manifest ${origin} is for a newer b2d.`, { exit: 'imageInvalid', reason: `It has format ${value['format']}; this b2d reads format ${MANIFEST_FORMAT}.`, remedy: 'Install the newest b2d, then run the command again.' });
  }
  const wrong = isObject(value) ? firstWrong(value) : 'It is not an object.';
  if (wrong !== undefined) throw unusable(origin, wrong);
  return value as unknown as ReleaseManifest;
}

/** The file that is written: what `parseManifest` reads. */
export function formatManifest(manifest: ReleaseManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

type Check = (value: unknown) => boolean;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const text: Check = (value) => typeof value === 'string';
const version: Check = (value) => text(value) && semver.valid(value as string) === value;
const date: Check = (value) => text(value) && !Number.isNaN(Date.parse(value as string));
const bytes: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0;
const digest: Check = (value) => text(value) && /^[0-9a-f]{64}$/.test(value as string);
/** A name in a folder, never a path. */
const fileName: Check = (value) => text(value) && /^[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}$/.test(value as string);
const listOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);
const address: Check = (value) => text(value) && /^https?:$/.test(URL.parse(value as string)?.protocol ?? '');
const record = (checks: Record<string, Check>): Check => (value) => isObject(value) && Object.entries(checks).every(([key, check]) => check(value[key]));

const data = record({ format: bytes, storageDrivers: listOf(text) });
const image = record({ file: fileName, urls: listOf(address), size: bytes, sha256: digest, engine: text, kernel: text, data });

const CHECKS: Record<keyof ReleaseManifest, Check> = {
  format: (value) => value === MANIFEST_FORMAT,
  version,
  released: date,
  expires: date,
  notes: text,
  minimumB2d: version,
  url: (value) => value === undefined || address(value),
  images: (value) => isObject(value) && Object.values(value).every(image),
  packages: listOf(record({ kind: text, file: fileName, size: bytes, sha256: digest })),
};

function firstWrong(value: Record<string, unknown>): string | undefined {
  const [key] = Object.entries(CHECKS).find(([name, check]) => !check(value[name])) ?? [];
  return key === undefined ? undefined : `Its "${key}" is missing or cannot be right.`;
}

function unusable(origin: string, reason: string, cause?: unknown): B2dError {
  return new B2dError(`The release manifest ${origin} cannot be used.`, { exit: 'imageInvalid', reason, remedy: 'Fetch it again, or tell who publishes it.', cause });
}
