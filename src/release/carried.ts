import { readIfThere } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { parseManifest, type ReleaseManifest } from './manifest.ts';

/**
 * The manifest of the release that this b2d belongs to: it came with the program and is trusted as the program is. Undefined in a checkout.
 * @throws B2dError (imageInvalid) when it is damaged
 */
export async function carriedManifest(platform: Platform, packageRoot: string): Promise<ReleaseManifest | undefined> {
  const file = platform.path.join(packageRoot, 'image', 'release.json');
  const text = await readIfThere(file);
  return text === undefined ? undefined : parseManifest(text, file);
}
