import { B2dError } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';
import type { Architecture, ReleaseImage, ReleaseManifest } from './manifest.ts';

/** The architecture of the images that this computer runs. */
export function architectureOf(platform: Pick<Platform, 'arch'>): Architecture {
  return platform.arch === 'arm64' ? 'arm64' : 'amd64';
}

/**
 * The release's image for this computer and every address it can be had from, best first: the folder its manifest came from, then what the manifest names.
 * @param from where the manifest was read, if it was read from an address
 * @throws B2dError (imageInvalid) when the release has none for this architecture, or no address at all
 */
export function releaseImage(platform: Pick<Platform, 'arch'>, manifest: ReleaseManifest, from: string | undefined): { image: ReleaseImage; urls: string[] } {
  const architecture = architectureOf(platform);
  const image = manifest.images[architecture];
  if (image === undefined) {
    throw new B2dError(`Release ${manifest.version} of b2d has no ${architecture} image.`, { exit: 'imageInvalid', reason: `It has ${Object.keys(manifest.images).join(', ') || 'none at all'}.`, remedy: 'Name an image of your own: b2d init --iso PATH-OR-URL' });
  }
  const beside = from ?? (image.urls.length === 0 ? manifest.url : undefined);
  const urls = [...new Set([...(beside === undefined ? [] : [new URL(image.file, beside).href]), ...image.urls])];
  if (urls.length === 0) {
    throw new B2dError(`Release ${manifest.version} of b2d does not say where its image is.`, { exit: 'imageInvalid', reason: 'It was made without an address.', remedy: `Name the address or a downloaded copy: b2d init --iso .../${image.file} --sha256 ${image.sha256}` });
  }
  return { image, urls };
}
