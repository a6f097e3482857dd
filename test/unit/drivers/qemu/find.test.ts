import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createQemuDriver } from '../../../../src/drivers/qemu/driver.ts';
import { findQemu, installRemedy, requireUefi, usualFolders } from '../../../../src/drivers/qemu/find.ts';
import { parseSettings } from '../../../../src/drivers/qemu/settings.ts';
import { fakePlatform } from '../../../support/platform.ts';
import { awkwardFolder, removeFolder } from '../../../support/temp.ts';

let folder: string;
beforeEach(async () => {
  folder = await awkwardFolder();
});
afterEach(() => removeFolder(folder));

async function program(name: string): Promise<string> {
  const file = path.join(folder, name);
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, '#!/bin/sh\n', { mode: 0o755 });
  return file;
}

test('programs are found on PATH', async () => {
  const emulator = await program('qemu-system-x86_64');
  const img = await program('qemu-img');
  expect(findQemu(fakePlatform('linux', { env: { PATH: folder } }), {})).toEqual({ found: { emulator, img } });
});

test('a configured emulator brings the qemu-img beside it', async () => {
  const emulator = await program('own/qemu-system-x86_64');
  const img = await program('own/qemu-img');
  await program('qemu-img');
  expect(findQemu(fakePlatform('linux', { env: { PATH: folder } }), { program: emulator })).toEqual({ found: { emulator, img } });
});

test('a configured program that is not there is named with its setting', () => {
  expect(findQemu(fakePlatform('linux'), { program: '/no/such' })).toMatchObject({ missing: 'qemu-system-x86_64', reason: expect.stringContaining('qemu.program') });
});

test('the usual folders of each system', () => {
  expect(usualFolders(fakePlatform('win32', { env: { ProgramFiles: 'D:\\Programme', LOCALAPPDATA: 'C:\\Users\\Jörg Müller\\AppData\\Local' } }))).toEqual([
    'D:\\Programme\\qemu', 'C:\\Program Files\\qemu', 'C:\\Users\\Jörg Müller\\AppData\\Local\\Programs\\qemu',
  ]);
  expect(usualFolders(fakePlatform('darwin'))).toEqual(expect.arrayContaining(['/opt/homebrew/bin', '/usr/local/bin']));
});

test.each([
  ['win32', 'winget install'],
  ['darwin', 'brew install qemu'],
  ['linux', 'apt-get install qemu-system-x86 qemu-utils'],
] as const)('without QEMU on %s preflight answers with the remedy', async (os, remedy) => {
  const absent = '/no/such/qemu-system-x86_64';
  const answer = await createQemuDriver(fakePlatform(os), { settings: { 'qemu.program': absent } }).preflight();
  expect(answer).toMatchObject({ usable: false, remedy: expect.stringContaining(remedy) });
  expect(answer.reason).toContain(absent);
});

test('other distributions get their own command', async () => {
  await program('dnf');
  expect(installRemedy(fakePlatform('linux', { env: { PATH: folder } }))).toContain('dnf install');
});

test('UEFI firmware shipped with QEMU is found beside it', async () => {
  const emulator = await program('qemu-system-x86_64.exe');
  await program('share/edk2-x86_64-code.fd');
  await program('share/edk2-i386-vars.fd');
  expect(requireUefi(fakePlatform('darwin'), emulator)).toEqual({ code: path.join(folder, 'share/edk2-x86_64-code.fd'), variables: path.join(folder, 'share/edk2-i386-vars.fd') });
});

test('missing UEFI firmware is an error with a remedy', async () => {
  expect(() => requireUefi(fakePlatform('darwin'), path.join(folder, 'bin', 'qemu'))).toThrow(expect.objectContaining({ exit: 'hypervisorMissing' }));
});

test('settings: unknown names, wrong values and other drivers’', () => {
  expect(parseSettings({ 'virtualbox.gui': 'on' })).toEqual({ firmware: 'bios', args: [] });
  expect(parseSettings({ 'qemu.args': '["-a","b c"]', 'qemu.firmware': 'uefi', 'qemu.accel': 'tcg' })).toEqual({ accel: 'tcg', firmware: 'uefi', args: ['-a', 'b c'] });
  const wrong: Record<string, string>[] = [{ 'qemu.acel': 'kvm' }, { 'qemu.firmware': 'coreboot' }, { 'qemu.args': '-a b' }, { 'qemu.args': '[1]' }];
  for (const extra of wrong) {
    expect(() => parseSettings(extra)).toThrow(expect.objectContaining({ exit: 'usage' }));
  }
});
