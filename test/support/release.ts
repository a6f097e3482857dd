import crypto, { type KeyObject } from 'node:crypto';
import { formatManifest, MANIFEST_FILE, MANIFEST_FORMAT, SIGNATURE_FILE, type ReleaseManifest } from '../../src/release/manifest.ts';
import { readPublicKeys, sign, type ReleaseKey } from '../../src/release/signature.ts';
import { digestOf } from './download.ts';

/** A manifest that everything is right about; `image` is what its amd64 image holds. */
export function releaseOf(version: string, image: Buffer, changes: Partial<ReleaseManifest> = {}): ReleaseManifest {
  return {
    format: MANIFEST_FORMAT,
    version,
    released: '2026-01-01T00:00:00Z',
    expires: '2126-01-01T00:00:00Z',
    notes: `What is new in ${version}.`,
    minimumB2d: '0.1.0',
    images: { amd64: { file: `b2d-${version}-amd64.iso`, urls: [], size: image.length, sha256: digestOf(image), engine: '28.5.2', kernel: '6.12.1', data: { format: 1, storageDrivers: ['overlay2'] } } },
    packages: [],
    ...changes,
  };
}

/** A new ed25519 key; `pem` is its public half. */
export interface TestKey {
  privateKey: KeyObject;
  privatePem: string;
  pem: string;
  trusted: ReleaseKey[];
}

export function testKey(): TestKey {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { privateKey, privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), pem, trusted: readPublicKeys(pem, 'test') };
}

/** The files of a release by name, as a static server has them. */
export function releaseFiles(manifest: ReleaseManifest, keys: readonly TestKey[], image?: Buffer): Map<string, Buffer> {
  const text = Buffer.from(formatManifest(manifest));
  const files = new Map<string, Buffer>([[MANIFEST_FILE, text]]);
  if (keys.length > 0) files.set(SIGNATURE_FILE, Buffer.from(sign(text, keys.map(({ privateKey }) => privateKey))));
  const file = manifest.images.amd64?.file;
  if (image !== undefined && file !== undefined) files.set(file, image);
  return files;
}
