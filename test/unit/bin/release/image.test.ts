import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readBuiltImage } from '../../../../bin/dev/release/image.ts';
import { writeBuild } from '../../../support/release-checkout.ts';
import { awkwardFolder, removeFolder } from '../../../support/temp.ts';

let folder: string;
beforeEach(async () => void (folder = await awkwardFolder()));
afterEach(() => removeFolder(folder));

const remedy = ['Build the image of this checkout: sudo npm run build:iso'];

test('a build is read', async () => {
  const manifest = await writeBuild(folder, '1.2.3');
  expect(await readBuiltImage(folder, '1.2.3')).toEqual({ file: path.join(folder, 'b2d-amd64.iso'), manifestFile: path.join(folder, 'manifest.json'), manifest });
});

test('no build, and one cut off', async () => {
  await expect(readBuiltImage(folder, '1.2.3')).rejects.toMatchObject({ exit: 'imageInvalid', remedy });
  await writeBuild(folder, '1.2.3');
  await fs.rm(path.join(folder, 'b2d-amd64.iso'));
  await expect(readBuiltImage(folder, '1.2.3')).rejects.toMatchObject({ exit: 'imageInvalid', remedy });
  await fs.writeFile(path.join(folder, 'manifest.json'), '{"version"');
  await expect(readBuiltImage(folder, '1.2.3')).rejects.toMatchObject({ exit: 'imageInvalid', remedy });
});

test.each([
  ['1.2.4', {}, /states the version "1.2.3"; package.json says 1.2.4/],
  ['1.2.3', { version: '1.2.2' }, /states the version/],
  ['1.2.3', { sha256: '0'.repeat(64) }, /not the file/],
  ['1.2.3', { data: undefined }, /"data"/],
  ['1.2.3', { data: { format: '1', storageDrivers: ['overlay2'] } }, /"data"/],
  ['1.2.3', { engine: {} }, /"engine"/],
  ['1.2.3', { file: '../other.iso' }, /"file"/],
])('for %s, with %j in the manifest: refused', async (version, changes, reason) => {
  await writeBuild(folder, '1.2.3', changes);
  await expect(readBuiltImage(folder, version)).rejects.toMatchObject({ exit: 'imageInvalid', reason: expect.stringMatching(reason), remedy });
});
