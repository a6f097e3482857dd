import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';

/** An ed25519 key in OpenSSH's formats. */
export interface KeyPair {
  /** PEM, `OPENSSH PRIVATE KEY`. */
  privateKey: string;
  /** `ssh-ed25519 BASE64`, without a comment. */
  publicKey: string;
}

/** What a private key file holds: a usable key, nothing usable, or somebody's key that b2d did not make. */
export type KeyFile = { kind: 'good'; pair: KeyPair } | { kind: 'damaged' } | { kind: 'foreign'; what: string };

/**
 * Makes a key pair. ssh2 1.17 mangles about one ed25519 key in 200 (it drops a leading zero byte), so each is read
 * back and tried before it is used.
 */
export function newKeyPair(comment: string): KeyPair {
  for (let attempt = 0; attempt < 20; attempt++) {
    const { private: privateKey } = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    const file = readKeyFile(privateKey);
    if (file.kind === 'good') return file.pair;
  }
  throw new Error('No usable ed25519 key in 20 attempts.'); // 1 in 10^46: the random source is broken
}

/** Reads an OpenSSH private key and proves with a signature that its halves belong together. */
export function readKeyFile(text: string): KeyFile {
  const parsed = ssh2.utils.parseKey(text);
  if (parsed instanceof Error) {
    return /encrypted/i.test(parsed.message) ? { kind: 'foreign', what: 'a key with a passphrase' } : { kind: 'damaged' };
  }
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!key?.isPrivateKey()) return { kind: 'damaged' };
  if (key.type !== 'ssh-ed25519') return { kind: 'foreign', what: `a key of the type ${key.type}` };
  const publicKey = `${key.type} ${key.getPublicSSH().toString('base64')}`;
  try {
    const probe = Buffer.from('b2d');
    const sound = publicKeyBytes(publicKey) && key.verify(probe, key.sign(probe)) === true;
    return sound ? { kind: 'good', pair: { privateKey: text, publicKey } } : { kind: 'damaged' };
  } catch {
    return { kind: 'damaged' };
  }
}

/** The binary form of a public key line, as a server presents it (RFC 8709 4); undefined where it is not ed25519. */
export function publicKeyBytes(line: string): Buffer | undefined {
  const parsed = ssh2.utils.parseKey(line.trim());
  if (parsed instanceof Error) return undefined;
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  return key?.type === 'ssh-ed25519' ? key.getPublicSSH() : undefined;
}

/** A key's fingerprint as `ssh-keygen -l` prints it. */
export function fingerprint(publicKey: Buffer): string {
  return `SHA256:${createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '')}`;
}
