import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { markOf, readMark } from '../../../src/autostart/mark.ts';
import { lastingNode, loginPath } from '../../../src/autostart/start.ts';
import { fakePlatform } from '../../support/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

let folder: string;
beforeEach(async () => void (folder = await fs.realpath(await awkwardFolder())));
afterEach(() => removeFolder(folder));

test('the mark is ASCII that ends no comment, and is read back', () => {
  const start = { machine: 'a--b', home: '/Jörg\'s "--> 🐳 %h\\', node: '/n', program: '/p', path: '', log: '<&>' };
  expect(markOf(start)).toMatch(/^[\x20-\x7e]+$/);
  expect(markOf(start).replace(/^b2d-autostart/, '')).not.toMatch(/[-<>&]/);
  expect(readMark(`<!-- ${markOf(start)} -->\nmore`)).toEqual(start);
});

test.each(['', 'b2d-autostart', 'b2d-autostart {', 'b2d-autostart {"machine":1}', 'b2d-autostart null'])('%j is no mark', (text) => expect(readMark(text)).toBeUndefined());

test('PATH has where the hypervisors are, once, and the usual folders', async () => {
  const [bin, other] = [path.join(folder, 'bin'), path.join(folder, 'other')];
  for (const each of [bin, other]) await fs.mkdir(each);
  for (const program of ['VBoxManage', 'qemu-img']) await fs.writeFile(path.join(bin, program), '', { mode: 0o755 });
  const env = { PATH: [other, bin].join(':') };
  expect(loginPath(fakePlatform('darwin', { env }))).toBe(`${bin}:/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`);
  expect(loginPath(fakePlatform('linux', { env }))).toMatch(/^.*\/bin:\/usr\/local\/sbin:/);
  expect(loginPath(fakePlatform('win32', { env }))).toBe('');
});

test('Homebrew\'s node is named by the link that its updates keep', async () => {
  const real = path.join(folder, 'Cellar', 'node', '24.1.0', 'bin', 'node');
  await fs.mkdir(path.dirname(real), { recursive: true });
  await fs.writeFile(real, '');
  expect(await lastingNode(real)).toBe(real);
  await fs.mkdir(path.join(folder, 'opt'));
  await fs.symlink('../Cellar/node/24.1.0', path.join(folder, 'opt', 'node'));
  expect(await lastingNode(real)).toBe(path.join(folder, 'opt', 'node', 'bin', 'node'));
  expect(await lastingNode('/usr/bin/node')).toBe('/usr/bin/node');
});
