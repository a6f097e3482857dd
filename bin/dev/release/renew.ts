import type { KeyObject } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { B2dError } from '../../../src/errors.ts';
import { readIfThere, storageError } from '../../../src/platform/files.ts';
import { MANIFEST_FILE, parseManifest, SIGNATURE_FILE } from '../../../src/release/manifest.ts';
import { readPublicKeys, verify } from '../../../src/release/signature.ts';
import { beside, checkReplaceable, putInPlace, writeSums } from './folder.ts';
import { digest } from './image.ts';
import { writeSigned } from './make.ts';
import { expiry } from './manifest.ts';

/**
 * Signs the manifest of a release anew, with a later expiry and the keys of today; all other files stay as they are.
 * @param trustedFile public keys: one of them must have signed what is there
 * @throws B2dError where the folder is no whole release, or not one that these keys' owner has made
 */
export async function renew(folder: string, keys: readonly KeyObject[], trustedFile: string, days: number, now = new Date()): Promise<void> {
  const file = path.join(folder, MANIFEST_FILE);
  const bytes = await fs.readFile(file).catch((error: unknown) => { throw storageError('read', file, error); });
  verify(bytes, await readIfThere(path.join(folder, SIGNATURE_FILE)), readPublicKeys(await fs.readFile(trustedFile, 'utf8'), trustedFile), file);
  const manifest = parseManifest(bytes.toString(), file);
  for (const { file: name, sha256 } of [...Object.values(manifest.images), ...manifest.packages]) {
    const found = await fs.readFile(path.join(folder, name)).then(digest, () => undefined);
    if (found !== sha256) throw new B2dError(`${path.join(folder, name)} is ${found === undefined ? 'missing' : 'not the file that was released'}.`, { exit: 'security', reason: 'Its digest is not the one in the manifest.', remedy: 'Fetch the release again from where it was published.' });
  }
  await checkReplaceable(folder);
  const part = await beside(folder);
  try {
    await fs.cp(folder, part, { recursive: true });
    await writeSigned(part, { ...manifest, expires: expiry(now, days) }, keys, trustedFile);
    await writeSums(part);
    await putInPlace(part, folder);
  } finally {
    await fs.rm(part, { recursive: true, force: true });
  }
}
