import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { describe as describeStatus, queryState } from '../../../../src/drivers/qemu/query-state.ts';
import { isThisMachine } from '../../../../src/drivers/qemu/identity.ts';
import { fakePlatform } from '../../../support/platform.ts';
import { fakeQmp, type FakeQmp } from '../../../support/qemu/fake-qmp.ts';
import { plainFolder } from '../../../support/temp.ts';

const UUID = '11111111-2222-4333-8444-555555555555';
let directory: string;
let server: FakeQmp | undefined;
const machine = (): { directory: string; uuid: string } => ({ directory, uuid: UUID });

beforeEach(async () => {
  directory = await plainFolder();
  await fs.mkdir(path.join(directory, 'qemu'));
  await fs.writeFile(path.join(directory, 'data.qcow2'), '');
  await fs.writeFile(path.join(directory, 'qemu', 'endpoint.json'), '{"kind":"unix","path":"qmp.sock"}');
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await fs.rm(directory, { recursive: true, force: true });
});

async function qemuSays(status: string, uuid = UUID): Promise<void> {
  server = await fakeQmp(path.join(directory, 'qemu', 'qmp.sock'), (command) => ({ return: command === 'query-status' ? { status } : command === 'query-uuid' ? { UUID: uuid } : {} }));
}

test.each([
  ['running', 'running'], ['paused', 'paused'], ['prelaunch', 'starting'], ['inmigrate', 'starting'], ['shutdown', 'stopping'], ['guest-panicked', 'crashed'],
  ['internal-error', 'crashed'], ['io-error', 'paused'], ['postmigrate', 'paused'], ['something-new', 'unknown'],
])('QEMU’s %s is %s', (status, state) => {
  expect(describeStatus(status).state).toBe(state);
});

test('a paused disk error says what to do', () => {
  expect(describeStatus('io-error').detail).toContain('Free some space');
});

test('the answer of the right machine counts, with the pid from QEMU’s file', async () => {
  await qemuSays('running');
  expect(await queryState(fakePlatform('linux'), machine())).toEqual({ state: 'running' });
  await fs.writeFile(path.join(directory, 'qemu', 'qemu.pid'), '4711\n');
  expect(await queryState(fakePlatform('linux'), machine())).toEqual({ state: 'running', pid: 4711 });
});

test('the answer of another machine does not', async () => {
  await qemuSays('running', '99999999-2222-4333-8444-555555555555');
  expect(await queryState(fakePlatform('linux'), machine())).toEqual({ state: 'stopped' });
});

test('nothing listens: stopped without a pid file, crashed with one, absent without a disk', async () => {
  expect(await queryState(fakePlatform('linux'), machine())).toEqual({ state: 'stopped' });
  await fs.writeFile(path.join(directory, 'qemu', 'qemu.pid'), '999999999\n');
  expect((await queryState(fakePlatform('linux'), machine())).state).toBe('crashed');
  await fs.rm(path.join(directory, 'data.qcow2'));
  expect(await queryState(fakePlatform('linux'), machine())).toEqual({ state: 'absent' });
});

test('a torn endpoint file is as good as none', async () => {
  await fs.writeFile(path.join(directory, 'qemu', 'endpoint.json'), '{"kind":');
  expect(await queryState(fakePlatform('linux'), machine())).toEqual({ state: 'stopped' });
});

test('a silent socket is unknown, with the way out', async () => {
  server = await fakeQmp(path.join(directory, 'qemu', 'qmp.sock'), () => undefined);
  expect(await queryState(fakePlatform('linux'), machine(), 100)).toEqual({ state: 'unknown', detail: expect.stringContaining('b2d kill') });
});

test('a living process of the pid file is asked for its command line, by each system’s means', async () => {
  const commandLine = `qemu-system-x86_64 -name b2d-default -uuid ${UUID.toUpperCase()} -accel hvf`;
  for (const [os, program] of [['darwin', '/bin/ps'], ['win32', 'powershell.exe']] as const) {
    const platform = fakePlatform(os);
    platform.run = async (file, args) => {
      platform.calls.push([file, ...args]);
      return { code: 0, stdout: `${commandLine}\r\n`, stderr: '' };
    };
    expect(await isThisMachine(platform, process.pid, UUID)).toBe(true);
    expect(await isThisMachine(platform, process.pid, UUID.replace('1', '2'))).toBe(false);
    expect(platform.calls[0]![0]).toContain(program);
    expect(platform.calls[0]!.join(' ')).toContain(String(process.pid));
  }
  expect(await isThisMachine(fakePlatform('linux'), process.pid, UUID)).toBe(false);
});

test('where the command line cannot be had the answer is "cannot tell", and the state unknown', async () => {
  await fs.writeFile(path.join(directory, 'qemu', 'qemu.pid'), `${process.pid}\n`);
  const platform = fakePlatform('darwin', { run: () => Promise.reject(new Error('no ps')) });
  expect(await isThisMachine(platform, process.pid, UUID)).toBeUndefined();
  const report = await queryState(platform, machine(), 100);
  expect(report.state).toBe('unknown');
  expect(report.pid).toBeUndefined(); // nobody may kill it
});
