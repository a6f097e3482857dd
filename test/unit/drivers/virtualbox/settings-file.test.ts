import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findSettingsFile, isBackup, isSameFile } from '../../../../src/drivers/virtualbox/settings-file.ts';
import { hostPlatform } from '../../../../src/platform/platform.ts';
import { fakePlatform } from '../../../support/platform.ts';
import { awkwardFolder, removeFolder } from '../../../support/temp.ts';

const UUID = '11111111-2222-4333-8444-55555555555a';
const text = (uuid: string): string => `<?xml version="1.0"?>\n<VirtualBox xmlns="http://www.virtualbox.org/">\n  <Machine uuid="{${uuid}}" name="one">\n  </Machine>\n</VirtualBox>\n`;
let folder: string;

beforeEach(async () => {
  folder = await awkwardFolder();
});
afterEach(() => removeFolder(folder));

async function write(file: string, content: string): Promise<string> {
  const full = path.join(folder, file);
  await fs.mkdir(path.dirname(full), { recursive: true });
  await fs.writeFile(full, content);
  return full;
}

const find = (): ReturnType<typeof findSettingsFile> => findSettingsFile(hostPlatform(), folder, UUID);

test('it is found under any name, by its UUID, whole before damaged', async () => {
  expect(await find()).toBeUndefined();
  const damaged = await write('a/a.vbox', text(UUID).slice(0, 60));
  expect(await find()).toMatchObject({ file: damaged, complete: false });
  await write('b/other.vbox', text(UUID.replace('a', 'b')));
  const whole = await write('renamed/Mein B2D.vbox', text(UUID.toUpperCase()));
  await write('renamed/Mein B2D.vbox-prev', text(UUID));
  expect(await find()).toMatchObject({ file: whole, folder: path.dirname(whole), complete: true });
});

test('what VirtualBox keeps of an older version is no settings file', async () => {
  await write('one/one-1.19-linux.vbox', text(UUID));
  await write('one/one-1.19-windows.vbox', text(UUID));
  expect(await find()).toBeUndefined();
  expect(isBackup('b2d-1.vbox')).toBe(false);
});

test('two spellings of a file: links are followed', async () => {
  const file = await write('one/one.vbox', '');
  await fs.symlink(path.dirname(file), path.join(folder, 'link'));
  expect(await isSameFile(hostPlatform(), path.join(folder, 'link', 'one.vbox'), file)).toBe(true);
  expect(await isSameFile(hostPlatform(), `${path.dirname(file)}/../one//one.vbox`, file)).toBe(true);
  expect(await isSameFile(hostPlatform(), path.join(folder, 'nowhere'), file)).toBe(false);
});

test.each([
  ['C:\\Users\\Jörg\\.b2d\\one.vbox', 'C:\\Users\\J\ufffdrg\\.b2d\\one.vbox', true],
  ['C:\\Users\\Юрий\\.b2d', 'C:\\Users\\????\\.b2d', true],
  ['C:\\Users\\Anna\\.b2d', 'c:/users/anna/.B2D', true],
  ['C:\\Users\\Jörg\\.b2d', 'C:\\Users\\Jürgen\\.b2d', false],
  ['C:\\Users\\Anna\\.b2d', 'C:\\Users\\Anne\\.b2d', false],
])('on Windows VBoxManage loses letters: %s and %s', async (one, other, same) => {
  expect(await isSameFile(fakePlatform('win32'), one, other)).toBe(same);
});
