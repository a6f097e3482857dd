/** Makes a release: `npm run release` prepares what it needs and runs this file. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { B2dError } from '../../../src/errors.ts';
import { handleError } from '../../../src/output/run-error.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { checkClean, notesOf, readCheckout } from './checkout.ts';
import { checkReplaceable } from './folder.ts';
import { readBuiltImage } from './image.ts';
import { localKey, makeKey, readKeys } from './keys.ts';
import { makeRelease } from './make.ts';
import { readOptions, type ReleaseOptions } from './options.ts';
import { renew } from './renew.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const trustedFile = path.join(root, 'src/release/keys.pem');
const platform = hostPlatform();
const say = (text: string): void => void process.stderr.write(`b2d: ${text}\n`);

async function release(options: ReleaseOptions): Promise<void> {
  const out = path.resolve(options.out ?? path.join(root, 'release'));
  await checkReplaceable(out);
  const checkout = await readCheckout(root);
  const warning = checkClean(checkout, options.keys.length > 0);
  if (warning !== undefined) say(`warning: ${warning}`);
  const signing = options.keys.length > 0 ? await readKeys(platform, options.keys, trustedFile) : localKey();
  if (signing.localPublicKey !== undefined) say('Signing with a throw-away key: only the packages of this release trust its manifest.');
  const { version } = checkout.packageJson;
  const image = await readBuiltImage(path.join(root, 'iso/out'), version);
  const notes = options.notes === undefined ? notesOf(await fs.readFile(path.join(root, 'CHANGELOG.md'), 'utf8'), version) : (await fs.readFile(options.notes, 'utf8')).trim();
  await makeRelease({ ...options, notes, checkout, image, signing, out, step: say });
  process.stdout.write(`${out}\n`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.newKey !== undefined) {
    process.stdout.write(await makeKey(platform, options.newKey));
    say(`The private key is in ${options.newKey}: keep a copy in a safe place. The lines above belong in src/release/keys.pem.`);
  } else if (options.renew !== undefined) {
    await renew(path.resolve(options.renew), (await readKeys(platform, options.keys, trustedFile)).keys, trustedFile, options.expiresDays);
  } else {
    await release(options);
  }
} catch (error) {
  process.exitCode = handleError(error, { json: false, debug: !(error instanceof B2dError) });
}
