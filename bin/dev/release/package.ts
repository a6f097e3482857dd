import fs from 'node:fs/promises';
import path from 'node:path';
import { formatManifest, MANIFEST_FILE, type ReleaseManifest } from '../../../src/release/manifest.ts';
import { copyBundled } from './bundled.ts';
import type { Checkout, PackageJson } from './checkout.ts';
import type { BuiltImage } from './image.ts';
import { npm, output } from './run.ts';

/** Where a package keeps what belongs to its images; src/image/source.ts looks there. */
const IMAGE_FOLDER = 'image';

/**
 * Lays out the npm package, with all that b2d runs with, so that installing it asks no registry and gives what was tested.
 * @param folder new; its name becomes the name of the component in the SBOM
 * @param localPublicKey trusted by this package beside the keys of the sources
 */
export async function stagePackage({ root, packageJson }: Checkout, folder: string, carried: ReleaseManifest, localPublicKey: string | undefined): Promise<void> {
  await fs.mkdir(path.join(folder, IMAGE_FOLDER), { recursive: true });
  await output(process.execPath, ['bin/dev/build.mjs', '--out', path.join(folder, 'dist')], root);
  if (localPublicKey !== undefined) await fs.appendFile(path.join(folder, 'dist/release-keys.pem'), `\nThe throw-away key of this local release:\n${localPublicKey}`);
  const licences = (await fs.readdir(root)).filter((name) => /^(LICEN[CS]E|NOTICE)(\.|$)/i.test(name));
  for (const name of [...packageJson.files.filter((name) => name !== 'dist'), ...licences]) await fs.cp(path.join(root, name), path.join(folder, name), { recursive: true });
  await copyBundled(root, folder);
  await fs.writeFile(path.join(folder, IMAGE_FOLDER, MANIFEST_FILE), formatManifest(carried));
  await fs.writeFile(path.join(folder, 'package.json'), `${JSON.stringify(published(packageJson), null, 2)}\n`);
}

/** Puts the image itself into a package that is laid out, for computers without a network. */
export async function addImage(folder: string, { file, manifestFile }: BuiltImage): Promise<void> {
  for (const source of [file, manifestFile]) await fs.copyFile(source, path.join(folder, IMAGE_FOLDER, path.basename(source)));
}

/** Packs a folder into a file. npm gives every entry the same date, owner and order, so that the same content has the same bytes. */
export async function pack(folder: string, target: string): Promise<void> {
  const beside = await fs.mkdtemp(`${target}-`);
  await npm(['pack', '--ignore-scripts', '--silent', '--pack-destination', beside], folder);
  const [name] = await fs.readdir(beside);
  await fs.rename(path.join(beside, name!), target);
  await fs.rmdir(beside);
}

/** package.json as it is published: without what serves development. */
function published({ files, dependencies, devDependencies: _, scripts: __, overrides: ___, allowScripts: ____, ...rest }: PackageJson): PackageJson {
  return { ...rest, files: [...files, IMAGE_FOLDER], dependencies, bundleDependencies: Object.keys(dependencies) };
}
