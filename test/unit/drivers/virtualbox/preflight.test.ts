import { expect, test } from '@jest/globals';
import { preflight } from '../../../../src/drivers/virtualbox/preflight.ts';
import type { OsName, Platform, RunResult } from '../../../../src/platform/platform.ts';
import { fakePlatform } from '../../../support/platform.ts';

const THERE = import.meta.filename;
const GONE = `${THERE}.gone`;
/** A file that can be run stands for VBoxManage: nothing here runs it. */
const PROGRAM = { 'virtualbox.program': process.execPath };
const INTEL = 'Processor supports HW virtualization: yes\nProcessor#0 description: Intel(R) Core(TM) i7-1185G7\n';

interface Answers {
  version?: string;
  hostInfo?: string;
  hypervisorPresent?: boolean;
}

/** A computer whose VBoxManage and PowerShell answer like that. */
function computer(os: OsName, { version = '7.2.4r170995', hostInfo = INTEL, hypervisorPresent = false }: Answers = {}, overrides: Partial<Platform> = {}): Platform {
  const answer = (file: string, args: readonly string[]): RunResult => {
    if (file.endsWith('powershell.exe')) return { code: 0, stdout: hypervisorPresent ? 'True\r\n' : 'False\r\n', stderr: '' };
    const stdout = args[0] === '--version' ? `${version}\n` : hostInfo;
    return { code: 0, stdout: os === 'win32' ? stdout.replaceAll('\n', '\r\n') : stdout, stderr: '' };
  };
  return fakePlatform(os, { run: async (file, args) => answer(file, args), ...overrides });
}

const ask = (platform: Platform, extra: Record<string, string> = PROGRAM, device = THERE): ReturnType<typeof preflight> => preflight(platform, extra, 1000, device);

test.each<[OsName, string, string]>([
  ['linux', INTEL, 'vt-x'],
  ['darwin', INTEL, 'vt-x'],
  ['win32', INTEL.replace('Intel(R) Core(TM) i7', 'AMD Ryzen 7'), 'amd-v'],
])('%s: usable, by the processor', async (os, hostInfo, accelerator) => {
  expect(await ask(computer(os, { hostInfo }))).toEqual({ usable: true, version: '7.2.4r170995', program: process.execPath, accelerator });
});

test('Windows with its own hypervisor: usable, slowly', async () => {
  expect(await ask(computer('win32', { hypervisorPresent: true, hostInfo: INTEL.replace('yes', 'no') }))).toMatchObject({ usable: true, accelerator: 'nem', reason: expect.stringContaining('slow mode') });
});

test.each<OsName>(['linux', 'win32'])('%s without virtualisation: not usable, and what to do', async (os) => {
  expect(await ask(computer(os, { hostInfo: INTEL.replace('yes', 'no') }))).toMatchObject({ usable: false, reason: expect.stringContaining('VT-x'), remedy: expect.stringContaining('firmware') });
});

test('Linux without the kernel module: not usable, unless the interpreter was chosen', async () => {
  const linux = computer('linux', { hostInfo: INTEL.replace('yes', 'no') });
  expect(await ask(linux, PROGRAM, GONE)).toMatchObject({ usable: false, reason: expect.stringContaining('vboxdrv'), remedy: expect.stringContaining('modprobe vboxdrv') });
  const interpreter = { ...PROGRAM, 'virtualbox.modifyvm': '["--vm-execution-engine", "interpreter"]' };
  expect(await ask(linux, interpreter, GONE)).toMatchObject({ usable: true, accelerator: 'interpreter', reason: expect.stringContaining('slower') });
  expect(await ask(computer('darwin'), PROGRAM, GONE)).toMatchObject({ usable: true });
});

test.each([['6.1.50r161033', false, 'too old'], ['8.1.0r180000', true, 'newer than any']])('version %s: usable %s', async (version, usable, reason) => {
  expect(await ask(computer('linux', { version }))).toMatchObject({ usable, version, reason: expect.stringContaining(reason) });
});

test('an ARM computer is told that there is no image for it yet', async () => {
  expect(await ask(computer('darwin', {}, { arch: 'arm64' }))).toMatchObject({ usable: false, reason: expect.stringContaining('no image of b2d for ARM'), remedy: expect.stringContaining('--driver qemu') });
});

test.each<[OsName, string]>([['win32', 'winget install'], ['darwin', 'brew install --cask virtualbox'], ['linux', 'apt-get install virtualbox']])('%s without VirtualBox: how to install it', async (os, remedy) => {
  expect(await ask(computer(os), { 'virtualbox.program': GONE })).toEqual({ usable: false, reason: expect.stringContaining(GONE), remedy: expect.stringContaining(remedy) });
});

test('a VBoxManage that cannot be run is an answer, not an exception', async () => {
  const broken = computer('linux', {}, { run: async () => ({ code: 127, stdout: '', stderr: 'VBoxManage: error while loading shared libraries: libqt.so: cannot open shared object file' }) });
  expect(await ask(broken)).toMatchObject({ usable: false, program: process.execPath, reason: expect.stringContaining('does not work'), remedy: expect.stringContaining('install VirtualBox again') });
});
