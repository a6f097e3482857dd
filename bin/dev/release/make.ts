import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { KeyObject } from 'node:crypto';
import { formatManifest, MANIFEST_FILE, parseManifest, SIGNATURE_FILE, type ReleaseManifest } from '../../../src/release/manifest.ts';
import { readPublicKeys, sign, verify } from '../../../src/release/signature.ts';
import type { Checkout } from './checkout.ts';
import { beside, putInPlace, writeSums } from './folder.ts';
import { digest, type BuiltImage } from './image.ts';
import type { SigningKeys } from './keys.ts';
import { releaseManifest, type ManifestFacts } from './manifest.ts';
import { addImage, pack, stagePackage } from './package.ts';
import { imageSbom, packageSbom } from './sbom.ts';

export interface ReleasePlan extends Pick<ManifestFacts, 'expiresDays' | 'notes' | 'url' | 'downloadUrl'> {
  checkout: Checkout;
  image: BuiltImage;
  signing: SigningKeys;
  /** The folder that the release becomes. */
  out: string;
  /** Told what is being done. */
  step(text: string): void;
}

/** Makes all files of a release and puts their folder into place. */
export async function makeRelease(plan: ReleasePlan): Promise<void> {
  const { checkout: { packageJson: { name, version }, date }, image, step } = plan;
  const base = `${name}-${version}`;
  const imageBase = `${base}-${image.manifest.arch}`;
  const imageFile = `${imageBase}.iso`;
  const carried = releaseManifest({ ...plan, version, date, image: image.manifest, imageFile });
  const work = await fs.mkdtemp(path.join(os.tmpdir(), 'b2d-release-'));
  const part = await beside(plan.out);
  try {
    const file = (fileName: string): string => path.join(part, fileName);
    step('Image and its bill of materials');
    await fs.copyFile(image.file, file(imageFile));
    await fs.copyFile(image.manifestFile, file(`${imageBase}.json`));
    await fs.writeFile(file(`${imageBase}.cdx.json`), await imageSbom(image.manifest, imageFile, date));

    step('Package');
    const stage = path.join(work, name);
    await stagePackage(plan.checkout, stage, carried, plan.signing.localPublicKey);
    await fs.writeFile(file(`${base}.cdx.json`), await packageSbom(stage, date));
    await pack(stage, file(`${base}.tgz`));
    step('Package with the image');
    await addImage(stage, image);
    await pack(stage, file(`${base}-with-image.tgz`));

    step('Manifest, signature, checksums');
    const packages = [await packageEntry('npm', file(`${base}.tgz`)), await packageEntry('npm-with-image', file(`${base}-with-image.tgz`))];
    await writeSigned(part, { ...carried, packages }, plan.signing.keys, path.join(stage, 'dist/release-keys.pem'));
    await writeSums(part);
    await putInPlace(part, plan.out);
  } finally {
    for (const folder of [work, part]) await fs.rm(folder, { recursive: true, force: true });
  }
}

async function packageEntry(kind: string, file: string): Promise<ReleaseManifest['packages'][number]> {
  const bytes = await fs.readFile(file);
  return { kind, file: path.basename(file), size: bytes.length, sha256: digest(bytes) };
}

/**
 * Writes a manifest and its signature, after it was read and verified as a b2d in the field will.
 * @param trustedFile the public keys that such a b2d has
 */
export async function writeSigned(folder: string, manifest: ReleaseManifest, keys: readonly KeyObject[], trustedFile: string): Promise<void> {
  const text = formatManifest(manifest);
  const signature = sign(Buffer.from(text), keys);
  parseManifest(text, MANIFEST_FILE);
  verify(Buffer.from(text), signature, readPublicKeys(await fs.readFile(trustedFile, 'utf8'), trustedFile), MANIFEST_FILE);
  await fs.writeFile(path.join(folder, MANIFEST_FILE), text);
  await fs.writeFile(path.join(folder, SIGNATURE_FILE), signature);
}
