import fs from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import type { Platform } from '../../../src/platform/platform.ts';
import { findVBoxManage } from '../../../src/virtualbox/find.ts';
import { fakePlatform } from '../../support/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

/** A search on a computer where just these programs are. */
const search = (host: Platform, programs: readonly string[], program?: string) =>
  findVBoxManage(host, { ...(program !== undefined && { program, setting: 'virtualbox.program' }), isProgram: (file) => programs.includes(file) });

const PROGRAM_FILES = 'C:\\Program Files\\Oracle\\VirtualBox\\VBoxManage.exe';
const registry = (answers: Record<string, string>): Platform['run'] => async (file, args) => {
  expect([file, ...args.slice(0, 4)]).toEqual(['D:\\Windows\\System32\\reg.exe', 'query', 'HKLM\\SOFTWARE\\Oracle\\VirtualBox', '/v', 'InstallDir']);
  const folder = answers[args[4]!];
  return folder === undefined
    ? { code: 1, stdout: '', stderr: 'ERROR: The system was unable to find the specified registry key or value.\r\n' }
    : { code: 0, stdout: `\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Oracle\\VirtualBox\r\n    InstallDir    REG_SZ    ${folder}\r\n\r\n`, stderr: '' };
};

test('a given program wins, also by its folder', async () => {
  const host = fakePlatform('linux', { env: { PATH: '/usr/bin' } });
  expect(await search(host, ['/a/VBoxManage', '/usr/bin/VBoxManage'], '/a/VBoxManage')).toEqual({ found: { program: '/a/VBoxManage', by: 'virtualbox.program' } });
  expect(await search(host, ['/a/VBoxManage'], '/a')).toEqual({ found: { program: '/a/VBoxManage', by: 'virtualbox.program' } });
});

test('a given program that is not there is an answer that names the setting', async () => {
  expect(await search(fakePlatform('linux', { env: { PATH: '/usr/bin' } }), ['/usr/bin/VBoxManage'], '/gone')).toEqual({
    missing: 'virtualbox.program names /gone, which is not a program.',
    looked: ['/gone', '/gone/VBoxManage'],
  });
});

test.each([
  ['VBOX_INSTALL_PATH', 'E:\\VirtualBox\\'],
  ['VBOX_MSI_INSTALL_PATH', 'E:\\Virtual Box\\'],
])('Windows: %s', async (by, folder) => {
  const program = path.win32.join(folder, 'VBoxManage.exe');
  expect(await search(fakePlatform('win32', { env: { [by]: folder, PATH: 'C:\\bin' } }), [program, 'C:\\bin\\VBoxManage.exe', PROGRAM_FILES])).toEqual({ found: { program, by } });
});

test('Windows: a variable that points nowhere is passed over', async () => {
  const host = fakePlatform('win32', { env: { VBOX_MSI_INSTALL_PATH: 'E:\\old\\' } });
  expect(await search(host, [PROGRAM_FILES])).toEqual({ found: { program: PROGRAM_FILES, by: 'Program Files' } });
});

test.each(['/reg:64', '/reg:32'])('Windows: the registry, %s', async (view) => {
  const host = fakePlatform('win32', { env: { SystemRoot: 'D:\\Windows' }, run: registry({ [view]: 'D:\\Größe (x)\\VirtualBox\\' }) });
  const program = 'D:\\Größe (x)\\VirtualBox\\VBoxManage.exe';
  expect(await search(host, [program, PROGRAM_FILES])).toEqual({ found: { program, by: 'the registry' } });
});

test('Windows: a registry that cannot be asked is no failure', async () => {
  const host = fakePlatform('win32', { env: { ProgramW6432: 'C:\\Program Files' }, run: () => Promise.reject(new Error('spawn reg.exe ENOENT')) });
  expect(await search(host, [PROGRAM_FILES])).toMatchObject({ found: { by: 'Program Files' } });
});

test('Windows: the search path, quoted entries too', async () => {
  const host = fakePlatform('win32', { env: { Path: '"E:\\My Tools";relative' } });
  expect(await search(host, ['E:\\My Tools\\VBoxManage.exe'])).toMatchObject({ found: { by: 'PATH' } });
});

test('macOS: the application, then PATH, then where the installer links it', async () => {
  const app = '/Applications/VirtualBox.app/Contents/MacOS/VBoxManage';
  const host = fakePlatform('darwin', { env: { PATH: '/opt/bin' } });
  expect(await search(host, [app, '/opt/bin/VBoxManage'])).toEqual({ found: { program: app, by: '/Applications' } });
  expect(await search(host, ['/opt/bin/VBoxManage', '/usr/local/bin/VBoxManage'])).toMatchObject({ found: { by: 'PATH' } });
  expect(await search(host, ['/usr/local/bin/VBoxManage'])).toMatchObject({ found: { program: '/usr/local/bin/VBoxManage' } });
});

test('nowhere: the places that were looked at are told', async () => {
  expect(await search(fakePlatform('linux', { env: { PATH: '/usr/bin:/opt/a' } }), [])).toMatchObject({ looked: ['/usr/bin/VBoxManage', '/opt/a/VBoxManage', '/usr/local/bin/VBoxManage'] });
});

test('a real file has to be executable', async () => {
  const folder = await awkwardFolder();
  try {
    const program = path.join(folder, 'VBoxManage');
    await fs.writeFile(program, '', { mode: 0o644 });
    expect(await findVBoxManage(fakePlatform('linux'), { program })).toMatchObject({ missing: expect.any(String) });
    await fs.chmod(program, 0o755);
    expect(await findVBoxManage(fakePlatform('linux'), { program })).toMatchObject({ found: { program } });
    expect(await findVBoxManage(fakePlatform('linux'), { program: folder })).toMatchObject({ found: { program } });
  } finally {
    await removeFolder(folder);
  }
});
