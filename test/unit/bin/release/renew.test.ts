import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SUMS_FILE, writeSums } from '../../../../bin/dev/release/folder.ts';
import { writeSigned } from '../../../../bin/dev/release/make.ts';
import { releaseManifest } from '../../../../bin/dev/release/manifest.ts';
import { renew } from '../../../../bin/dev/release/renew.ts';
import { parseManifest } from '../../../../src/release/manifest.ts';
import { readPublicKeys, verify } from '../../../../src/release/signature.ts';
import { writeBuild } from '../../../support/release-checkout.ts';
import { testKey } from '../../../support/release.ts';
import { awkwardFolder, removeFolder } from '../../../support/temp.ts';

const [first, second] = [testKey(), testKey()];
const now = new Date('2027-06-01T00:00:00Z');
let base: string;
let folder: string;
let trusted: string;

beforeEach(async () => {
  base = await awkwardFolder();
  folder = path.join(base, 'release');
  trusted = path.join(base, 'keys.pem');
  await fs.writeFile(trusted, `${first.pem}${second.pem}`);
  const image = await writeBuild(folder, '1.2.3');
  await fs.rm(path.join(folder, 'manifest.json'));
  const manifest = releaseManifest({ version: '1.2.3', date: new Date('2026-03-01T12:00:00Z'), expiresDays: 400, notes: 'n', url: undefined, downloadUrl: 'https://h/v', image, imageFile: image.file });
  await writeSigned(folder, manifest, [first.privateKey], trusted);
  await writeSums(folder);
});
afterEach(() => removeFolder(base));

const read = (name: string): Promise<string> => fs.readFile(path.join(folder, name), 'utf8');

test('a manifest is signed anew with the keys of today; nothing but its expiry changes', async () => {
  const before = parseManifest(await read('release.json'), 'x');
  expect(before.expires).toBe('2027-04-05T12:00:00Z');
  await renew(folder, [first.privateKey, second.privateKey], trusted, 100, now);
  const text = await read('release.json');
  expect(parseManifest(text, 'x')).toEqual({ ...before, expires: '2027-09-09T00:00:00Z' });
  for (const { pem } of [first, second]) verify(Buffer.from(text), await read('release.json.sig'), readPublicKeys(pem, 'x'), 'x');
  const sums = await read(SUMS_FILE);
  await writeSums(folder);
  expect(await read(SUMS_FILE)).toBe(sums);
  expect(await fs.readdir(base)).toEqual(['keys.pem', 'release']);
});

test('a release that was changed is not renewed', async () => {
  const manifest = await read('release.json');
  await fs.appendFile(path.join(folder, 'b2d-amd64.iso'), 'x');
  await expect(renew(folder, [first.privateKey], trusted, 100, now)).rejects.toMatchObject({ exit: 'security', message: expect.stringMatching(/b2d-amd64.iso is not the file/) });
  await fs.rm(path.join(folder, 'b2d-amd64.iso'));
  await expect(renew(folder, [first.privateKey], trusted, 100, now)).rejects.toMatchObject({ message: expect.stringMatching(/is missing/) });
  expect(await read('release.json')).toBe(manifest);
  await fs.writeFile(path.join(folder, 'release.json'), manifest.replace('"n"', '"m"'));
  await expect(renew(folder, [first.privateKey], trusted, 100, now)).rejects.toMatchObject({ exit: 'security', message: expect.stringMatching(/not trusted/) });
});
