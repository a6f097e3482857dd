import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { beside, checkReplaceable, putInPlace, writeSums } from '../../../../bin/dev/release/folder.ts';
import { digestOf } from '../../../support/download.ts';
import { awkwardFolder, removeFolder } from '../../../support/temp.ts';

let base: string;
let folder: string;
beforeEach(async () => {
  base = await awkwardFolder();
  folder = path.join(base, 'my release');
});
afterEach(() => removeFolder(base));

async function release(text: string): Promise<void> {
  const part = await beside(folder);
  await fs.writeFile(path.join(part, 'release.json'), text);
  await fs.writeFile(path.join(part, 'a.iso'), 'iso');
  await writeSums(part);
  await putInPlace(part, folder);
}

test('a release appears whole, replaces the one before it, and leaves nothing beside', async () => {
  await checkReplaceable(folder);
  await release('one');
  await checkReplaceable(folder);
  await release('two');
  expect(await fs.readdir(base)).toEqual(['my release']);
  expect(await fs.readFile(path.join(folder, 'release.json'), 'utf8')).toBe('two');
  expect(await fs.readFile(path.join(folder, 'SHA256SUMS'), 'utf8')).toBe(`${digestOf(Buffer.from('iso'))}  a.iso\n${digestOf(Buffer.from('two'))}  release.json\n`);
});

test('what a run that was killed has left goes away with the next', async () => {
  await fs.writeFile(path.join(await beside(folder), 'half'), '');
  await release('one');
  expect(await fs.readdir(base)).toEqual(['my release']);
  expect((await fs.readdir(folder)).sort()).toEqual(['SHA256SUMS', 'a.iso', 'release.json']);
});

test('only a release is replaced', async () => {
  await fs.mkdir(folder);
  await checkReplaceable(folder);
  await fs.writeFile(path.join(folder, 'thesis.txt'), '');
  await expect(checkReplaceable(folder)).rejects.toMatchObject({ exit: 'usage', reason: expect.stringContaining('thesis.txt') });
  await fs.rm(path.join(folder, 'thesis.txt'));
  await fs.writeFile(path.join(folder, 'SHA256SUMS'), '');
  await expect(checkReplaceable(folder)).rejects.toMatchObject({ reason: expect.stringContaining('no release.json') });
  await release('one');
  await fs.writeFile(path.join(folder, 'thesis.txt'), '');
  await expect(checkReplaceable(folder)).rejects.toMatchObject({ reason: expect.stringContaining('thesis.txt') });
  await expect(checkReplaceable(path.join(folder, 'thesis.txt'))).rejects.toMatchObject({ reason: 'It is a file.' });
});
