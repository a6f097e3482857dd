import { expect, test } from '@jest/globals';
import { BACKOFF } from '../../../src/virtualbox/call.ts';
import { VBoxManageError } from '../../../src/virtualbox/error.ts';
import { openVirtualBox } from '../../../src/virtualbox/open.ts';
import type { OsName, Platform } from '../../../src/platform/platform.ts';
import { PLAIN } from '../../support/virtualbox/record/machines.ts';
import { recordedHost } from '../../support/virtualbox/record/recorded.ts';

/** VirtualBox on a recorded host; waits are noted, not done. */
function open(answers: Parameters<typeof recordedHost>[0], os: OsName = 'linux', overrides: Partial<Platform> = {}) {
  const host = recordedHost(answers, os, overrides);
  const waits: number[] = [];
  return { host, waits, virtualBox: openVirtualBox(host, 'VBoxManage', { sleep: async (milliseconds) => waits.push(milliseconds) }) };
}

const failure = (promise: Promise<unknown>): Promise<VBoxManageError> => promise.then(() => Promise.reject(new Error('it succeeded')), (error: VBoxManageError) => error);
const said = (stderr: string) => ({ code: 1, stdout: '', stderr });
const NOT_READY = said('VBoxManage: error: The object is not ready\nVBoxManage: error: Details: code E_ACCESSDENIED (0x80070005), component VirtualBoxWrap, interface IVirtualBox\n');
const NO_SERVICE = said('VBoxManage: error: Failed to create the VirtualBox object!\nVBoxManage: error: Code NS_ERROR_FAILURE (0x80004005) - Operation failed (extended info not available)\nVBoxManage: error: Most likely, the VirtualBox COM server is not running or failed to start.\n');

test('English and UTF-8: an ASCII locale cuts output and refuses names', async () => {
  const env = { PATH: '/bin', LANG: 'de_DE.UTF-8', LC_ALL: 'C', LANGUAGE: 'de', LD_LIBRARY_PATH: '/app', DYLD_LIBRARY_PATH: '/app', HOME: '/home/x' };
  const { host, virtualBox } = open(['version'], 'linux', { env });
  await virtualBox.version();
  expect(host.environments).toEqual([{ PATH: '/bin', HOME: '/home/x', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' }]);
});

test('macOS has its own name for that locale', async () => {
  const { host, virtualBox } = open(['version'], 'darwin');
  await virtualBox.version();
  expect(host.environments[0]).toMatchObject({ LC_ALL: 'en_US.UTF-8' });
});

test.each([['not ready', NOT_READY], ['not reached', NO_SERVICE]])('a service that is %s is asked again', async (_, answer) => {
  const { host, waits, virtualBox } = open([answer, answer, 'list-vms']);
  expect(await virtualBox.machines()).toHaveLength(1);
  expect(host.calls).toHaveLength(3);
  expect(waits).toEqual(BACKOFF.slice(0, 2));
});

test('but not for ever', async () => {
  const { host, virtualBox } = open([NOT_READY]);
  expect(await failure(virtualBox.machines())).toMatchObject({ problem: 'object-not-ready' });
  expect(host.calls).toHaveLength(BACKOFF.length + 1);
});

test('any other failure is told at once: the call may have done half of its work', async () => {
  const { host, virtualBox } = open(['createmedium-existing']);
  expect(await failure(virtualBox.createDisk('/a/data.vdi', 64))).toBeInstanceOf(VBoxManageError);
  expect(host.calls).toHaveLength(1);
});

test('a session that is being closed is waited for', async () => {
  const { host, virtualBox } = open(['modifyvm-running', 'showvminfo-saved', 'modifyvm-running', 'showvminfo-aborted', 'startvm']);
  await virtualBox.modify(PLAIN, ['--memory', '32']);
  expect(host.calls.map(([, verb]) => verb)).toEqual(['modifyvm', 'showvminfo', 'modifyvm', 'showvminfo', 'modifyvm']);
});

test.each(['showvminfo-running', 'showvminfo-paused'])('the session of a machine that runs is not (%s)', async (state) => {
  const { waits, virtualBox } = open(['modifyvm-running', state]);
  expect(await failure(virtualBox.modify(PLAIN, ['--memory', '32']))).toMatchObject({ problem: 'session-locked', remedy: [expect.stringContaining('close')] });
  expect(waits).toEqual([]);
});

test('no machine is not waited for', async () => {
  const { waits, virtualBox } = open(['modifyvm-running', 'showvminfo-not-registered']);
  expect(await failure(virtualBox.modify(PLAIN, []))).toMatchObject({ problem: 'session-locked' });
  expect(waits).toEqual([]);
});

test('a deadline that passed tells of VBoxSVC and what to do', async () => {
  const killed = Object.assign(new Error('Command failed'), { killed: true, signal: 'SIGKILL' });
  const { host, virtualBox } = open([killed], 'win32');
  const error = await failure(virtualBox.machines());
  expect(error).toMatchObject({ timedOut: true, problem: 'unresponsive', exitCode: undefined, cause: killed });
  expect(error.message).toBe('VBoxManage list failed: no answer within 60 s.');
  expect(error.reason).toContain('VBoxSVC');
  expect(error.remedy.join('\n')).toContain('taskkill /f /im VBoxSVC.exe');
  expect(host.calls).toHaveLength(1);
});

test('what moves gigabytes has more time', async () => {
  const { host, virtualBox } = open(['startvm']);
  await virtualBox.machines();
  await virtualBox.saveState(PLAIN);
  await virtualBox.powerOff(PLAIN);
  await virtualBox.manage(['list', 'vms'], { timeoutMs: 5 });
  const [short, long, off, given] = host.deadlines as [number, number, number, number];
  expect(long).toBeGreaterThan(short);
  expect(off).toBe(short);
  expect(given).toBe(5);
});

test('a program that cannot be started', async () => {
  const { virtualBox } = open([Object.assign(new Error('spawn /opt/VBoxManage EACCES'), { code: 'EACCES' })]);
  expect(await failure(virtualBox.version())).toMatchObject({ problem: 'broken-install', timedOut: false, message: 'VBoxManage --version failed: spawn /opt/VBoxManage EACCES' });
});

test.each([126, 127])('exit code %i is a broken installation', async (code) => {
  const { virtualBox } = open([{ code, stdout: '', stderr: '' }]);
  expect(await failure(virtualBox.version())).toMatchObject({ problem: 'broken-install', exitCode: code, message: `VBoxManage --version failed: exit code ${code}` });
});

test('a program that prints no version is none', async () => {
  const { virtualBox } = open([{ code: 0, stdout: 'hello\n', stderr: '' }]);
  expect((await failure(virtualBox.version())).message).toContain('"hello\\n"');
});
