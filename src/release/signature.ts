import crypto, { type KeyObject } from 'node:crypto';
import { B2dError, messageOf } from '../errors.ts';

/** A key that may sign releases, and its name in signatures. */
export interface ReleaseKey {
  id: string;
  key: KeyObject;
}

interface Signature {
  /** Of the key. */
  id: string;
  /** Over the very bytes of the manifest, ed25519 (RFC 8032), base64. */
  ed25519: string;
}

/** The file beside the manifest: a signature by each of the keys in use, so that keys can be changed without a gap. */
interface SignatureFile {
  signatures: Signature[];
}

const PEM = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** A key's name: the first 16 hexadecimal digits of the SHA-256 of its SubjectPublicKeyInfo (RFC 5280, 4.1.2.7). */
export function keyId(key: KeyObject): string {
  const spki = (key.type === 'private' ? crypto.createPublicKey(key) : key).export({ type: 'spki', format: 'der' });
  return crypto.createHash('sha256').update(spki).digest('hex').slice(0, 16);
}

/**
 * The public keys of a text in PEM form; whatever stands between them is a comment.
 * @throws B2dError (usage) for a key that is damaged or of another kind than ed25519
 */
export function readPublicKeys(text: string, origin: string): ReleaseKey[] {
  return (text.match(PEM) ?? []).map((pem) => {
    try {
      const key = crypto.createPublicKey(pem);
      if (key.asymmetricKeyType !== 'ed25519') throw new Error(`It is of the kind ${key.asymmetricKeyType}.`);
      return { id: keyId(key), key };
    } catch (error) {
      throw new B2dError(`A release key in ${origin} cannot be used.`, { exit: 'usage', reason: messageOf(error), remedy: 'It must be an ed25519 public key in PEM form: openssl pkey -in KEY.pem -pubout', cause: error });
    }
  });
}

/** The signature file of a manifest, by all these private keys. */
export function sign(manifest: Uint8Array, keys: readonly KeyObject[]): string {
  const signatures = keys.map((key): Signature => ({ id: keyId(key), ed25519: crypto.sign(null, manifest, key).toString('base64') }));
  return `${JSON.stringify({ signatures } satisfies SignatureFile, null, 2)}\n`;
}

/**
 * Checks that one of the trusted keys has signed exactly these bytes.
 * @param signatureFile undefined where there is none
 * @throws B2dError (security) saying what is wrong
 */
export function verify(manifest: Uint8Array, signatureFile: string | undefined, trusted: readonly ReleaseKey[], origin: string): void {
  if (trusted.length === 0) throw refused(origin, 'This b2d knows no key that releases are signed with: it was not installed from a release.', 'Install b2d from a release, or name the publisher\'s key: keys = "FILE.pem" below [release] in config.toml');
  if (signatureFile === undefined) throw refused(origin, 'It is not signed.');
  const signatures = parse(signatureFile);
  if (signatures === undefined) throw refused(origin, 'Its signature file cannot be read.');
  const known = signatures.flatMap(({ id, ed25519 }) => trusted.filter((key) => key.id === id).map(({ key }) => ({ key, ed25519 })));
  if (known.length === 0) {
    throw refused(origin, `It is signed with ${signatures.map(({ id }) => id).join(', ') || 'no key'}; this b2d trusts ${trusted.map(({ id }) => id).join(', ')}.`, 'If the publisher has changed keys, install the newest b2d by hand.');
  }
  if (!known.some(({ key, ed25519 }) => crypto.verify(null, manifest, key, Buffer.from(ed25519, 'base64')))) throw refused(origin, 'Its signature does not belong to it: it was changed after it was signed, or only half came.');
}

function parse(text: string): Signature[] | undefined {
  try {
    const { signatures } = JSON.parse(text) as Partial<SignatureFile>;
    const whole = Array.isArray(signatures) && signatures.every((entry) => typeof entry?.id === 'string' && typeof entry.ed25519 === 'string');
    return whole ? signatures : undefined;
  } catch {
    return undefined;
  }
}

function refused(origin: string, reason: string, remedy = 'Do not use it. Try again later or from another address; if it stays so, tell who publishes it.'): B2dError {
  return new B2dError(`The release manifest ${origin} is not trusted.`, { exit: 'security', reason, remedy });
}
