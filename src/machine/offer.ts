import semver from 'semver';
import { B2dError } from '../errors.ts';
import type { DataFormat } from '../image/data-format.ts';
import { inspectIso } from '../image/iso9660.ts';
import { bundledImage, releaseSource, type ImageSource } from '../image/source.ts';
import { carriedManifest } from '../release/carried.ts';
import { releaseImage } from '../release/image.ts';
import { trustedKeys } from '../release/keys.ts';
import type { ReleaseManifest } from '../release/manifest.ts';
import { newestRelease } from '../release/newest.ts';
import { version as b2dVersion } from '../version.ts';
import type { MachineImage } from './record.ts';
import type { Workspace } from './workspace.ts';

/** An image that a machine could get, and what is known of it without fetching it. */
export interface Offer {
  version: string;
  /** Of the Docker engine. */
  engine: string;
  data: DataFormat | undefined;
  /** What is new; empty where nobody says. */
  notes: string;
  source: ImageSource;
}

export interface Offers {
  /** The best of them; undefined where this b2d came with none and knows no place to look. */
  best: Offer | undefined;
  /** The newest release of b2d, where an address for it is known and it could be asked. */
  newest: ReleaseManifest | undefined;
  /** Why it could not. */
  problem: B2dError | undefined;
}

/** Where newer releases are found, and who signs them: the settings of that name, empty for what came with this b2d. */
export interface ReleasePlace {
  url: string;
  keys: string;
}

/** The image that came with this b2d: a file beside it, else the one its release manifest names. Undefined for neither. @throws B2dError (imageInvalid) */
async function ownOffer(platform: Workspace['platform'], packageRoot: string, carried: ReleaseManifest | undefined): Promise<Offer | undefined> {
  const bundled = await bundledImage(platform, packageRoot);
  if (bundled !== undefined) {
    const { version, engine, data } = await inspectIso(bundled.file);
    return { version, engine, data, notes: '', source: bundled };
  }
  return carried && releaseOffer(platform, carried, undefined);
}

function releaseOffer(platform: Workspace['platform'], manifest: ReleaseManifest, from: string | undefined): Offer {
  const { image: { engine, data } } = releaseImage(platform, manifest, from);
  return { version: manifest.version, engine, data, notes: manifest.notes, source: releaseSource(platform, manifest, from) };
}

/**
 * Looks for the newest image: that of the newest release, or the one that came with this b2d. When nobody answers, the latter has to do.
 * @throws B2dError (security) for a release that is not to be believed, (unsupported) for one that needs a newer b2d
 */
export async function findOffers(workspace: Workspace, place: ReleasePlace): Promise<Offers> {
  const { platform, packageRoot, home, network, progress, now } = workspace;
  const carried = await carriedManifest(platform, packageRoot);
  const own = await ownOffer(platform, packageRoot, carried);
  const url = place.url || carried?.url;
  if (url === undefined) return { best: own, newest: undefined, problem: undefined };
  try {
    const keys = await trustedKeys(platform, packageRoot, place.keys);
    const newest = await progress.step('Newest release', () => newestRelease({ platform, home, network, url, keys, carried, now: now(), onNote: progress.note }), (release) => `Newest release: ${release.version}`);
    if (own !== undefined && !isNewer(newest.version, own.version)) return { best: own, newest, problem: undefined };
    if (semver.gt(newest.minimumB2d, b2dVersion)) throw needsNewerB2d(newest, url);
    return { best: releaseOffer(platform, newest, url), newest, problem: undefined };
  } catch (error) {
    if (!(error instanceof B2dError) || error.exit !== 'network') throw error;
    return { best: own, newest: undefined, problem: error };
  }
}

/** Whether the offer is worth an upgrade of a machine with that image: a newer version, or the same with other contents (a checkout's). */
export function isUpgrade(offer: Offer, image: MachineImage): boolean {
  return offer.source.sha256 !== image.sha256 && !isNewer(image.version, offer.version);
}

/** By the rules of semver; what is no version is older than what is one. */
function isNewer(version: string, than: string): boolean {
  return semver.valid(version) !== null && (semver.valid(than) === null || semver.gt(version, than));
}

function needsNewerB2d({ version, minimumB2d, packages }: ReleaseManifest, url: string): B2dError {
  const file = packages.find(({ kind }) => kind === 'npm')?.file;
  return new B2dError(`The image of release ${version} needs b2d ${minimumB2d} or newer; this is ${b2dVersion}.`, {
    exit: 'unsupported', remedy: [`Install the newest b2d first${file === undefined ? '' : `: npm install -g ${new URL(file, url).href}`}`, 'Then run: b2d upgrade'],
  });
}
