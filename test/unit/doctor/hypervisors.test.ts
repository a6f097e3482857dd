import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Check } from '../../../src/doctor/check.ts';
import { driverCheck } from '../../../src/doctor/checks/driver.ts';
import { hyperVCheck } from '../../../src/doctor/checks/hyper-v.ts';
import { kernelModuleCheck } from '../../../src/doctor/checks/kernel-module.ts';
import { kvmCheck } from '../../../src/doctor/checks/kvm.ts';
import { virtualBoxCheck } from '../../../src/doctor/checks/virtualbox.ts';
import { virtualisationCheck } from '../../../src/doctor/checks/virtualisation.ts';
import type { DoctorContext } from '../../../src/doctor/context.ts';
import type { WindowsHypervisor } from '../../../src/doctor/host/windows-hypervisor.ts';
import type { OsName, Platform, RunResult } from '../../../src/platform/platform.ts';
import { doctorContext } from '../../support/doctor.ts';
import { fakePlatform } from '../../support/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

let root: string;
beforeEach(async () => void (root = await awkwardFolder('doctor')));
afterEach(() => removeFolder(root));

const put = async (file: string, content: string | Buffer = ''): Promise<void> => {
  await fs.mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await fs.writeFile(path.join(root, file), content);
};

const printing = (stdout: string): Partial<Platform> => ({ run: async (): Promise<RunResult> => ({ code: 0, stdout, stderr: '' }) });
const found = { findVirtualBox: async () => ({ found: { program: '/opt/VBoxManage', by: 'PATH' } }) };

async function run(check: Check, os: OsName, platform: Partial<Platform> = {}, overrides: Partial<DoctorContext> = {}) {
  const context = await doctorContext(fakePlatform(os, { env: {}, homeDir: os === 'win32' ? 'C:\\no' : '/no/such', ...platform }), { systemRoot: root }, overrides);
  return check.run(context);
}

describe('virtualisation on Linux', () => {
  const cpu = (flags: string) => put('proc/cpuinfo', `processor\t: 0\nflags\t\t: fpu vme ${flags}\n\nprocessor\t: 1\n`);

  test('with /dev/kvm', async () => {
    await cpu('vmx ept');
    await put('dev/kvm');
    expect(await run(virtualisationCheck, 'linux')).toMatchObject([{ status: 'ok', message: expect.stringContaining('VT-x is on') }]);
  });

  test('with a /dev/kvm that cannot be opened', async () => {
    await cpu('svm');
    await put('dev/null');
    await fs.symlink('kvm', path.join(root, 'dev', 'kvm')); // a loop: opening it fails whoever asks
    expect(await run(virtualisationCheck, 'linux')).toMatchObject([{ status: 'warn', remedy: ['sudo usermod -aG kvm jörg', expect.any(String)] }]);
  });

  test('without the kvm module, which VirtualBox does not need', async () => {
    await cpu('svm');
    expect(await run(virtualisationCheck, 'linux')).toMatchObject([{ status: 'ok', remedy: ['For QEMU: sudo modprobe kvm_amd'] }]);
  });

  test.each([['sse', 'firmware'], ['sse hypervisor', 'nested']])('off, with the flags %s', async (flags, hint) => {
    await cpu(flags);
    expect(await run(virtualisationCheck, 'linux')).toMatchObject([{ status: 'warn', remedy: [expect.stringContaining(hint)] }]);
  });
});

test.each([['1\n', 'ok'], ['0\n', 'warn']])('virtualisation on macOS: kern.hv_support %j is %s', async (stdout, status) => {
  const calls: string[][] = [];
  const platform: Partial<Platform> = { run: async (file, args) => (calls.push([file, ...args]), { code: 0, stdout, stderr: '' }) };
  expect(await run(virtualisationCheck, 'darwin', platform)).toMatchObject([{ status }]);
  expect(calls).toEqual([['/usr/sbin/sysctl', '-n', 'kern.hv_support']]);
});

describe('Windows', () => {
  const says = (facts: Partial<WindowsHypervisor>, more = ''): Partial<Platform> => printing(`${more}${JSON.stringify({ present: false, firmware: true, vbs: 0, services: [], ...facts })}\r\n`);

  test('off in the firmware', async () => {
    expect(await run(virtualisationCheck, 'win32', says({ firmware: false }))).toMatchObject([{ status: 'warn', message: expect.stringContaining('firmware') }]);
  });

  test('the firmware\'s flag is false while a hypervisor runs, and means nothing then', async () => {
    expect(await run(virtualisationCheck, 'win32', says({ present: true, firmware: false }, '\uFEFF'))).toMatchObject([{ status: 'ok' }]);
  });

  test('no hypervisor', async () => expect(await run(hyperVCheck, 'win32', says({ vbs: null }))).toMatchObject([{ status: 'ok' }]));

  test('Hyper-V', async () => {
    expect(await run(hyperVCheck, 'win32', says({ present: true }))).toMatchObject([{ status: 'warn', remedy: [expect.stringContaining('bcdedit'), expect.any(String)] }]);
  });

  test('virtualisation-based security, with its services by name', async () => {
    const [finding] = await run(hyperVCheck, 'win32', says({ present: true, vbs: 2, services: [2, 99] }));
    expect(finding).toMatchObject({ status: 'warn', message: expect.stringContaining('memory integrity (HVCI), service 99') });
  });

  test('PowerShell is asked once, without a shell, and its failure is told', async () => {
    const calls: string[] = [];
    const platform = fakePlatform('win32', { env: { SystemRoot: 'D:\\Win' }, run: async (file) => (calls.push(file), { code: 1, stdout: '', stderr: 'Zugriff verweigert' }) });
    const context = await doctorContext(platform);
    await expect(hyperVCheck.run(context)).rejects.toThrow('Zugriff verweigert');
    await expect(virtualisationCheck.run(context)).rejects.toThrow('Zugriff verweigert');
    expect(calls).toEqual(['D:\\Win\\System32\\WindowsPowerShell\\v1.0\\powershell.exe']);
  });
});

describe('VirtualBox\'s kernel module', () => {
  const secureBoot = (on: number) => put('sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c', Buffer.from([6, 0, 0, 0, on]));

  test('is nothing to ask for without VirtualBox', async () => expect(await run(kernelModuleCheck, 'linux')).toMatchObject([{ status: 'skipped' }]));

  test('is not needed by the interpreter', async () => {
    const extra = { 'virtualbox.modifyvm': '["--vm-execution-engine", "interpreter"]' };
    expect(await run(kernelModuleCheck, 'linux', {}, { ...found, extra })).toMatchObject([{ status: 'skipped', message: expect.stringContaining('interpreter') }]);
  });

  test('is loaded', async () => {
    await put('dev/vboxdrv');
    expect(await run(kernelModuleCheck, 'linux', {}, found)).toMatchObject([{ status: 'ok' }]);
  });

  test('is not loaded', async () => {
    await secureBoot(0);
    const [finding] = await run(kernelModuleCheck, 'linux', {}, found);
    expect(finding).toMatchObject({ status: 'warn', remedy: ['sudo modprobe vboxdrv', expect.stringContaining('vboxconfig')] });
    expect(finding?.message).not.toContain('Secure Boot');
  });

  test('is kept out by Secure Boot', async () => {
    await secureBoot(1);
    expect(await run(kernelModuleCheck, 'linux', {}, found)).toMatchObject([{ status: 'warn', message: expect.stringContaining('Secure Boot'), remedy: expect.arrayContaining([expect.stringContaining('mokutil')]) }]);
  });
});

describe('KVM beside VirtualBox', () => {
  const loaded = async (takesAtLoad?: 'Y' | 'N') => {
    await put('sys/module/kvm_intel/refcnt');
    if (takesAtLoad) await put('sys/module/kvm/parameters/enable_virt_at_load', `${takesAtLoad}\n`);
  };
  const verdict = async (version: string) => (await run(kvmCheck, 'linux', printing(`${version}\n`), found))[0]?.status;

  test('not loaded', async () => expect(await verdict('7.1.4r165100')).toBe('ok'));

  test('of a Linux before 6.12', async () => {
    await loaded();
    expect(await verdict('7.1.4r165100')).toBe('ok');
  });

  test.each([
    ['Y', '7.2.8r173730', 'warn'], ['N', '7.2.8r173730', 'ok'], ['Y', '7.2.10_Debianr175245', 'ok'], ['N', '7.3.0r180000', 'warn'],
  ] as const)('that takes virtualisation at load: %s, with VirtualBox %s: %s', async (takesAtLoad, version, status) => {
    await loaded(takesAtLoad);
    expect(await verdict(version)).toBe(status);
  });
});

describe('VirtualBox', () => {
  const verdict = async (stdout: string) => (await run(virtualBoxCheck, 'linux', printing(stdout), found))[0];

  test('not installed is no fault', async () => expect(await run(virtualBoxCheck, 'linux')).toMatchObject([{ status: 'skipped' }]));

  test('not where the setting says is one', async () => {
    const search = { findVirtualBox: async () => ({ missing: 'The setting virtualbox.program names /x.', looked: [] }), extra: { 'virtualbox.program': '/x' } };
    expect(await run(virtualBoxCheck, 'linux', {}, search)).toMatchObject([{ status: 'fail', message: expect.stringContaining('/x') }]);
  });

  test.each([['7.0.20r163906\r\n', 'ok'], ['6.1.50r161033\n', 'warn'], ['9.0.0r200000\n', 'warn']])('version %j is %s', async (stdout, status) => {
    expect(await verdict(stdout)).toMatchObject({ status, message: expect.stringContaining(stdout.slice(0, 5)), details: [expect.stringContaining('/opt/VBoxManage')] });
  });

  test('that is broken is told in its own words', async () => {
    const broken: Partial<Platform> = { run: async () => ({ code: 126, stdout: '', stderr: 'VBoxManage: error while loading shared libraries: libX.so' }) };
    expect(await run(virtualBoxCheck, 'linux', broken, found)).toMatchObject([{ status: 'warn', remedy: expect.arrayContaining([expect.any(String)]) }]);
  });
});

describe('the driver', () => {
  const qemu = { name: 'qemu', usable: true, version: '9.2.0', accelerator: 'kvm' } as const;
  const missing = { name: 'virtualbox', usable: false, reason: 'VirtualBox is not installed.', remedy: 'winget install Oracle.VirtualBox' } as const;
  const choice = (chosen: 'qemu' | undefined, ...considered: Awaited<ReturnType<DoctorContext['driverChoice']>>['considered']): Partial<DoctorContext> => ({
    driverChoice: async () => ({ ...(chosen && { chosen }), considered }),
  });

  test('chosen, and why not the others', async () => {
    expect(await run(driverCheck, 'win32', {}, choice('qemu', missing, qemu))).toEqual([
      { status: 'ok', message: 'A new machine gets qemu (9.2.0, kvm).', details: ['virtualbox cannot be used: VirtualBox is not installed.'] },
    ]);
  });

  test('that is slow', async () => {
    const [finding] = await run(driverCheck, 'win32', {}, choice('qemu', missing, { ...qemu, accelerator: 'tcg', reason: 'QEMU emulates the processor in software.' }));
    expect(finding).toMatchObject({ status: 'warn', message: 'A new machine gets qemu (9.2.0, tcg): QEMU emulates the processor in software.' });
  });

  test('there is none: all remedies', async () => {
    const [finding] = await run(driverCheck, 'win32', {}, choice(undefined, missing, { name: 'qemu', usable: false, reason: 'No.', remedy: 'winget install qemu' }));
    expect(finding).toMatchObject({ status: 'fail', remedy: ['winget install Oracle.VirtualBox', 'winget install qemu'] });
  });

  test('that is wanted cannot be used: its remedy alone, and who wants it', async () => {
    const context = await doctorContext(fakePlatform('linux', { env: { B2D_DRIVER: 'virtualbox' }, homeDir: '/no/such' }), {}, choice(undefined, missing, qemu));
    expect(await driverCheck.run(context)).toMatchObject([{ status: 'fail', message: expect.stringContaining('(from B2D_DRIVER)'), remedy: ['winget install Oracle.VirtualBox'] }]);
  });
});
