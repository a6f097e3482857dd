import { B2dError } from '../errors.ts';
import { readIfThere } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { readPublicKeys, type ReleaseKey } from './signature.ts';

/**
 * The keys whose signature makes a release manifest believed: those in the file that the user names, else those that came with this b2d.
 * @throws B2dError (usage) for a file that is not there or holds no usable key
 */
export async function trustedKeys(platform: Platform, packageRoot: string, named: string): Promise<ReleaseKey[]> {
  const file = named === '' ? platform.path.join(packageRoot, 'dist', 'release-keys.pem') : named;
  const keys = readPublicKeys((await readIfThere(file)) ?? '', file);
  if (named !== '' && keys.length === 0) throw new B2dError(`There is no release key in ${file}.`, { exit: 'usage', reason: 'The setting "release.keys" must name a file of ed25519 public keys in PEM form.', remedy: 'Correct the setting, or remove it. What is in force: b2d config' });
  return keys;
}
