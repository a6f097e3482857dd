import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { chooseAccelerator, TCG, tryAccelerator } from '../../../../src/drivers/qemu/accelerator.ts';
import { qemuVersion } from '../../../../src/drivers/qemu/version.ts';
import type { OsName, Platform, RunResult } from '../../../../src/platform/platform.ts';
import { fakePlatform } from '../../../support/platform.ts';
import { plainFolder } from '../../../support/temp.ts';

const WORKS: RunResult = { code: 0, stdout: '{"QMP": {}}\n{"return": {}}\n{"return": {"status": "prelaunch"}}\n', stderr: '' };
const SETTINGS = { firmware: 'bios' as const, args: [] };

let folder: string;
let emulator: string;
beforeEach(async () => {
  folder = await plainFolder();
  emulator = path.join(folder, 'qemu-system-x86_64');
  await fs.writeFile(emulator, '');
});
afterEach(() => fs.rm(folder, { recursive: true }));

/** A platform whose QEMU answers a trial with that result. */
function answering(os: OsName, result: RunResult | Error, overrides: Partial<Platform> = {}): Platform & { calls: string[][] } {
  const platform = fakePlatform(os, overrides);
  const run = async (file: string, args: readonly string[]): Promise<RunResult> => {
    platform.calls.push([file, ...args]);
    if (result instanceof Error) throw result;
    return result;
  };
  return Object.assign(platform, { run });
}

test.each([
  ['linux', '7.2.0', 'kvm', 'host'],
  ['darwin', '9.0.0', 'hvf', 'host'],
  ['win32', '10.2.0', 'whpx,kernel-irqchip=off', 'qemu64'],
  ['win32', '11.0.0', 'whpx', 'qemu64'],
] as const)('%s with QEMU %s tries %s', async (os, version, accel, cpu) => {
  const platform = answering(os, WORKS);
  expect(await chooseAccelerator(platform, emulator, version, SETTINGS)).toEqual({ accel, cpu });
  expect(platform.calls[0]).toEqual(expect.arrayContaining(['-accel', accel, '-cpu', cpu, '-S', '-nodefaults']));
});

test('a trial that fails leads to emulation and a note in QEMU’s words', async () => {
  const platform = answering('linux', { code: 1, stdout: '', stderr: 'qemu-system-x86_64: warning: x\nqemu-system-x86_64: Could not access KVM kernel module: Permission denied\n' });
  const chosen = await chooseAccelerator(platform, emulator, '7.2.0', SETTINGS);
  expect(chosen).toMatchObject(TCG);
  expect(chosen.note).toContain('kvm: Could not access KVM kernel module: Permission denied');
});

test('a QEMU that says it works but does not answer, or cannot be run, is a failure', async () => {
  expect(await tryAccelerator(answering('linux', { code: 0, stdout: '', stderr: '' }), emulator, TCG)).toContain('code 0');
  expect(await tryAccelerator(answering('linux', new Error('spawn ENOENT')), emulator, TCG)).toContain('ENOENT');
  const aborted = new Error('Command failed: qemu -accel kvm\nqemu-system-x86_64: warning: w\nqemu-system-x86_64: error: failed to set MSR\n');
  expect(await tryAccelerator(answering('linux', aborted), emulator, TCG)).toBe('error: failed to set MSR');
});

test('on an arm64 host nothing accelerates an x86 guest, and nothing is tried', async () => {
  const platform = answering('darwin', WORKS, { arch: 'arm64' });
  expect((await chooseAccelerator(platform, emulator, '9.0.0', SETTINGS)).note).toContain('darwin arm64');
  expect(platform.calls).toEqual([]);
});

test('the settings override, without a trial', async () => {
  const platform = answering('linux', WORKS);
  expect(await chooseAccelerator(platform, emulator, '7.2.0', { ...SETTINGS, accel: 'tcg,thread=single' })).toEqual({ accel: 'tcg,thread=single', cpu: TCG.cpu });
  expect(await chooseAccelerator(platform, emulator, '7.2.0', { ...SETTINGS, accel: 'kvm', cpu: 'qemu64' })).toEqual({ accel: 'kvm', cpu: 'qemu64' });
  expect(platform.calls).toEqual([]);
});

test('a success is remembered while the program stays the same; a failure is not', async () => {
  const cache = path.join(folder, 'accelerator.json');
  const failing = answering('linux', { code: 1, stdout: '', stderr: 'no' });
  await chooseAccelerator(failing, emulator, '7.2.0', SETTINGS, cache);
  await chooseAccelerator(failing, emulator, '7.2.0', SETTINGS, cache);
  expect(failing.calls).toHaveLength(2);
  const working = answering('linux', WORKS);
  await chooseAccelerator(working, emulator, '7.2.0', SETTINGS, cache);
  expect(await chooseAccelerator(working, emulator, '7.2.0', SETTINGS, cache)).toEqual({ accel: 'kvm', cpu: 'host' });
  expect(working.calls).toHaveLength(1);
  await fs.utimes(emulator, 1, 1);
  await chooseAccelerator(working, emulator, '7.2.0', SETTINGS, cache);
  expect(working.calls).toHaveLength(2);
  await fs.writeFile(cache, '{ torn');
  await chooseAccelerator(working, emulator, '7.2.0', SETTINGS, cache);
  expect(working.calls).toHaveLength(3);
});

test.each([
  ['QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)', '7.2.22', true],
  ['QEMU emulator version 4.2.1', '4.2.1', false],
  ['QEMU emulator version 5.1.0', '5.1.0', true],
  ['QEMU emulator version 99.0.50 (v99-rc1)\r\n', '99.0.50', true],
  ['something else', 'unknown', true],
])('the version of "%s"', async (stdout, text, supported) => {
  expect(await qemuVersion(answering('linux', { code: 0, stdout, stderr: '' }), emulator)).toEqual({ text, supported });
});
