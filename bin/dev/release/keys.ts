import crypto, { type KeyObject } from 'node:crypto';
import fs from 'node:fs/promises';
import { B2dError, messageOf } from '../../../src/errors.ts';
import { exists, storageError, writePrivate } from '../../../src/platform/files.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import { keyId, readPublicKeys } from '../../../src/release/signature.ts';

/** The keys that sign a release. */
export interface SigningKeys {
  keys: KeyObject[];
  /** Of a throw-away key: its public half, which the packages of this release carry beside the published ones. */
  localPublicKey: string | undefined;
}

/** A key that no file ever holds: what it signs is trusted by the packages of the same release alone. */
export function localKey(): SigningKeys {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ed25519');
  return { keys: [privateKey], localPublicKey: pemOf(publicKey) };
}

/**
 * Reads private keys to sign with.
 * @param trustedFile the public keys that the packages carry
 * @throws B2dError for a file that others may read, one that is no ed25519 key, and a key that no package would trust
 */
export async function readKeys(platform: Platform, files: readonly string[], trustedFile: string): Promise<SigningKeys> {
  const trusted = readPublicKeys(await fs.readFile(trustedFile, 'utf8'), trustedFile).map(({ id }) => id);
  return { keys: await Promise.all(files.map((file) => readKey(platform, file, trusted))), localPublicKey: undefined };
}

async function readKey(platform: Platform, file: string, trusted: readonly string[]): Promise<KeyObject> {
  const { mode } = await fs.stat(file).catch((error: unknown) => { throw storageError('read', file, error); });
  if (platform.os !== 'win32' && (mode & 0o077) !== 0) {
    throw new B2dError(`The key ${file} is not private.`, { exit: 'security', reason: `Its mode is ${(mode & 0o777).toString(8)}: others can read it.`, remedy: `chmod 600 ${file}` });
  }
  const key = await readPrivateKey(file);
  if (!trusted.includes(keyId(key))) {
    throw new B2dError(`No b2d would trust the key ${file}.`, {
      exit: 'security',
      reason: 'Its public half is not in src/release/keys.pem, which every package carries.',
      details: pemOf(crypto.createPublicKey(key)).trim().split('\n'),
      remedy: ['Add these lines there and commit them, one release before the key is used where older ones are in the field: docs/releasing.md', 'To try things, without --key: npm run release'],
    });
  }
  return key;
}

async function readPrivateKey(file: string): Promise<KeyObject> {
  try {
    const key = crypto.createPrivateKey(await fs.readFile(file));
    if (key.asymmetricKeyType === 'ed25519') return key;
    throw new Error(`It is of the kind ${key.asymmetricKeyType}.`);
  } catch (error) {
    throw new B2dError(`The key ${file} cannot be used.`, { exit: 'usage', reason: messageOf(error), remedy: 'It must be an ed25519 private key in PEM form, without a password: npm run release -- --new-key FILE', cause: error });
  }
}

/**
 * Makes a private key, readable by this user alone.
 * @returns its public half, in PEM form
 * @throws B2dError where the file is there already
 */
export async function makeKey(platform: Platform, file: string): Promise<string> {
  if (await exists(file)) throw new B2dError(`${file} is there already.`, { exit: 'usage', reason: 'A key that is overwritten is lost.', remedy: 'Name another file.' });
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ed25519');
  await writePrivate(platform, file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return pemOf(publicKey);
}

function pemOf(publicKey: KeyObject): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}
