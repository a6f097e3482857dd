import { MANIFEST_FORMAT, type ReleaseManifest, type ReleasePackage } from '../../../src/release/manifest.ts';
import type { BuildManifest } from './image.ts';

/**
 * The oldest b2d that can work with today's images: raised when an image needs something of the host that older ones do not do (docs/guest-start.md),
 * never for what an older b2d merely does not use.
 */
const MINIMUM_B2D = '0.1.0';

const DAY = 86_400_000;

export interface ManifestFacts {
  version: string;
  date: Date;
  expiresDays: number;
  notes: string;
  url: string | undefined;
  downloadUrl: string | undefined;
  image: BuildManifest;
  /** The image's name in the folder of the release. */
  imageFile: string;
}

/** The manifest that the packages carry: complete but for the packages. */
export function releaseManifest({ version, date, expiresDays, notes, url, downloadUrl, image, imageFile }: ManifestFacts): ReleaseManifest {
  return {
    format: MANIFEST_FORMAT,
    version,
    released: isoDate(date),
    expires: expiry(date, expiresDays),
    notes,
    minimumB2d: MINIMUM_B2D,
    ...(url !== undefined && { url }),
    images: {
      [image.arch]: {
        file: imageFile,
        urls: downloadUrl === undefined ? [] : [`${downloadUrl}/${imageFile}`],
        size: image.size,
        sha256: image.sha256,
        engine: image.engine.docker,
        kernel: image.kernel.release,
        data: { format: image.data.format, storageDrivers: image.data.storageDrivers },
      },
    },
    packages: [] satisfies ReleasePackage[],
  };
}

/** ISO 8601, UTC, whole seconds. */
export function isoDate(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

export function expiry(from: Date, days: number): string {
  return isoDate(new Date(from.getTime() + days * DAY));
}
