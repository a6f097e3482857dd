import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findHostFolder, homeBelow, isInFolder, refuseUnsafe } from '../../../../src/machine/shares/host-folder.ts';
import { fakePlatform } from '../../../support/platform.ts';
import { awkwardFolder, removeFolder } from '../../../support/temp.ts';

let folder: string;
let home: string;
const platform = fakePlatform('linux');
beforeEach(async () => {
  folder = await fs.realpath(await awkwardFolder());
  home = path.join(folder, 'user', '.b2d');
  await fs.mkdir(home, { recursive: true });
});
afterEach(() => removeFolder(folder));

describe('the folder that is meant', () => {
  test('is named as the user did, and real without symbolic links', async () => {
    await fs.mkdir(path.join(folder, 'real, "one"'));
    await fs.symlink('real, "one"', path.join(folder, 'link'));
    expect(await findHostFolder(platform, folder, 'link')).toEqual({ named: path.join(folder, 'link'), real: path.join(folder, 'real, "one"') });
  });

  test('relative, begins where the shell says it is', async () => {
    await fs.symlink(path.join(folder, 'user'), path.join(folder, 'link'));
    const inLink = { ...platform, env: { PWD: path.join(folder, 'link') } };
    expect((await findHostFolder(inLink, path.join(folder, 'user'), '.')).named).toBe(path.join(folder, 'link'));
    expect((await findHostFolder(inLink, folder, '.')).named).toBe(folder); // PWD is not about this folder
  });

  test('is there, and a folder', async () => {
    await fs.writeFile(path.join(folder, 'file'), '');
    await expect(findHostFolder(platform, folder, 'none')).rejects.toMatchObject({ exit: 'usage', reason: 'There is no such folder.' });
    await expect(findHostFolder(platform, folder, 'file')).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining('is a file') });
  });
});

describe('what is not shared', () => {
  const refused = (target: string, force = false): Promise<unknown> => refuseUnsafe(platform, home, target, force).then(() => undefined, (error: unknown) => error);

  test('B2D_HOME and what is in it, never', async () => {
    for (const target of [home, path.join(home, 'machines')]) expect(await refused(target, true)).toMatchObject({ exit: 'usage', message: expect.stringContaining('in B2D_HOME') });
  });

  test('a folder that B2D_HOME is in, and a whole drive, only by force', async () => {
    for (const target of [path.dirname(home), folder, '/']) {
      expect(await refused(target)).toMatchObject({ exit: 'usage', message: expect.stringContaining('--force') });
      expect(await refused(target, true)).toBeUndefined();
    }
  });

  test('whatever symbolic link leads to B2D_HOME', async () => {
    await fs.rm(home, { recursive: true });
    await fs.mkdir(path.join(folder, 'elsewhere'));
    await fs.symlink(path.join(folder, 'elsewhere'), home);
    expect(await refused(path.join(folder, 'elsewhere'))).toMatchObject({ exit: 'usage' });
  });

  test('neighbours with a similar name are no part of it', async () => {
    for (const target of [`${home}x`, path.join(folder, 'user', '..b2d'), path.join(folder, 'other')]) expect(await refused(target)).toBeUndefined();
  });

  test('a drive of Windows', async () => {
    await expect(refuseUnsafe(fakePlatform('win32'), 'C:\\Users\\me\\.b2d', 'D:\\', false)).rejects.toMatchObject({ reason: expect.stringContaining('whole drive') });
    await expect(refuseUnsafe(fakePlatform('win32'), 'C:\\Users\\me\\.b2d', 'c:\\users\\ME', false)).rejects.toMatchObject({ reason: expect.stringContaining('B2D_HOME') });
    await expect(refuseUnsafe(fakePlatform('win32'), 'C:\\Users\\me\\.b2d', 'C:\\Users\\me\\.B2D\\machines', true)).rejects.toMatchObject({ message: expect.stringContaining('in B2D_HOME') });
    await expect(refuseUnsafe(fakePlatform('win32'), 'C:\\Users\\me\\.b2d', 'D:\\Users\\me', false)).resolves.toBeUndefined();
  });
});

test('where B2D_HOME is below a share', async () => {
  expect(await homeBelow(platform, home, folder)).toBe('user/.b2d');
  expect(await homeBelow(platform, home, path.join(folder, 'other'))).toBeUndefined();
  expect(await homeBelow(fakePlatform('win32'), 'C:\\Users\\me\\.b2d', 'C:\\Users')).toBe('me/.b2d');
});

test.each([
  ['linux', '/a', '/a', true], ['linux', '/a', '/a/b', true], ['linux', '/a', '/ab', false], ['linux', '/a/b', '/a', false], ['linux', '/a', '/A/b', false], ['linux', '/', '/x', true], ['linux', '/a', '/a/..b', true],
  ['darwin', '/Users/Me', '/users/me/x', true], ['win32', 'C:\\a', 'D:\\a', false], ['win32', 'C:\\', 'c:\\x', true],
] as const)('%s: in %s is %s: %p', (os, outer, inner, answer) => expect(isInFolder(fakePlatform(os), outer, inner)).toBe(answer));
