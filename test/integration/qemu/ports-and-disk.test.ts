import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PortTakenError } from '../../../src/drivers/errors.ts';
import { virtualSize } from '../../../src/drivers/qemu/disk.ts';
import { accepts, freePort, rule, takenPort } from '../../support/machine.ts';
import { testMachine, type TestMachine } from '../../support/qemu/machine.ts';

const MIB = 1024 * 1024;
let machine: TestMachine;
const cleanups: (() => unknown)[] = [];

beforeEach(async () => {
  machine = await testMachine();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  await machine.remove();
});

const disk = (): string => `${machine.spec.dataDiskBase}.qcow2`;

test('rules given at the start are in force, under their names, on 127.0.0.1', async () => {
  const { driver, spec } = machine;
  const rules = [rule('ssh', await freePort()), { ...rule('dns', await freePort(), 53), protocol: 'udp' as const }];
  await driver.start(spec, rules);
  expect(await driver.forwards(spec)).toEqual(expect.arrayContaining(rules));
  expect(await accepts(rules[0]!.hostPort)).toBe(true);
});

test('rules come and go while the machine runs', async () => {
  const { driver, spec } = machine;
  await driver.start(spec, []);
  const web = rule('web', await freePort(), 80);
  expect(await accepts(web.hostPort)).toBe(false);
  await driver.forward(spec, web);
  await driver.forward(spec, web);
  expect(await accepts(web.hostPort)).toBe(true);
  const moved = rule('web', await freePort(), 80);
  await driver.forward(spec, moved);
  expect(await driver.forwards(spec)).toEqual([moved]);
  expect(await accepts(web.hostPort)).toBe(false);
  await driver.unforward(spec, 'web');
  await driver.unforward(spec, 'web');
  expect(await driver.forwards(spec)).toEqual([]);
  expect(await accepts(moved.hostPort)).toBe(false);
});

test('a rule on a taken port is refused and not remembered', async () => {
  const { driver, spec } = machine;
  await driver.start(spec, []);
  const taken = await takenPort();
  cleanups.push(taken.free);
  await expect(driver.forward(spec, rule('web', taken.port, 80))).rejects.toBeInstanceOf(PortTakenError);
  expect(await driver.forwards(spec)).toEqual([]);
});

test('start on a running machine makes the rules exactly those asked for', async () => {
  const { driver, spec } = machine;
  const [first, second] = [rule('a', await freePort()), rule('b', await freePort())];
  await driver.start(spec, [first]);
  await driver.start(spec, [second]);
  expect(await driver.forwards(spec)).toEqual([second]);
});

test('rules whose names were lost get names made of their ports', async () => {
  const { driver, spec } = machine;
  const ssh = rule('ssh', await freePort());
  await driver.start(spec, [ssh]);
  await fs.writeFile(`${spec.directory}/qemu/forwards.json`, '{ torn');
  expect(await driver.forwards(spec)).toEqual([{ ...ssh, name: `tcp-${ssh.hostPort}` }]);
});

test('an address QEMU cannot bind is a typed refusal', async () => {
  const { driver, spec } = machine;
  await driver.start(spec, []);
  await expect(driver.forward(spec, { ...rule('six', 1), hostAddress: '::1' })).rejects.toMatchObject({ exit: 'unsupported' });
});

test('the data disk is a growable qcow2 and is never made twice', async () => {
  const { driver, spec } = machine;
  expect(await virtualSize(disk())).toBe(64 * MIB);
  expect((await fs.stat(disk())).blocks * 512).toBeLessThan(MIB);
  const before = await fs.readFile(disk());
  await driver.create({ ...spec, diskMiB: 999 });
  expect((await fs.readFile(disk())).equals(before)).toBe(true);
});

test('a file that is no qcow2 is left as it is', async () => {
  const { driver, spec } = machine;
  await fs.writeFile(disk(), 'precious');
  await expect(driver.create(spec)).rejects.toMatchObject({ exit: 'storage' });
  expect(await fs.readFile(disk(), 'utf8')).toBe('precious');
});

test('the disk grows off and running, and never shrinks', async () => {
  const { driver, spec } = machine;
  await driver.resize({ ...spec, diskMiB: 96 });
  expect(await virtualSize(disk())).toBe(96 * MIB);
  await driver.start(spec, []);
  await driver.resize({ ...spec, diskMiB: 128 });
  expect(await virtualSize(disk())).toBe(128 * MIB);
  await driver.resize({ ...spec, diskMiB: 128 });
  await expect(driver.resize({ ...spec, diskMiB: 96 })).rejects.toMatchObject({ exit: 'storage' });
  expect(await virtualSize(disk())).toBe(128 * MIB);
});

const io = (...commands: string[]): Promise<unknown> => promisify(execFile)('qemu-io', ['-f', 'qcow2', ...commands.flatMap((command) => ['-c', command]), disk()]);
const names = async (): Promise<string[]> => (await machine.driver.snapshotList(machine.spec)).map((entry) => entry.name);

test('snapshots bring the disk’s content back', async () => {
  const { driver, spec } = machine;
  await io('write -P 1 0 64k');
  await driver.snapshotSave(spec, 'one');
  await io('write -P 2 0 64k');
  await driver.snapshotSave(spec, '2');
  expect(await names()).toEqual(['one', '2']);
  await driver.snapshotRestore(spec, 'one');
  await io('read -P 1 0 64k');
  await driver.snapshotRestore(spec, '2');
  await io('read -P 2 0 64k');
  await driver.snapshotDelete(spec, '2');
  await driver.snapshotDelete(spec, '2');
  expect(await names()).toEqual(['one']);
});

test('snapshots of a running machine are saved and deleted while it runs, and restored when it is off', async () => {
  const { driver, spec } = machine;
  await io('write -P 1 0 64k');
  await driver.start(spec, []);
  await driver.snapshotSave(spec, 'running');
  await driver.snapshotSave(spec, 'gone');
  expect(await driver.snapshotList(spec)).toEqual([{ name: 'running', createdAt: expect.any(String), memory: false }, expect.objectContaining({ name: 'gone' })]);
  await driver.snapshotDelete(spec, 'gone');
  await expect(driver.snapshotSave(spec, 'running')).rejects.toMatchObject({ exit: 'usage' });
  await expect(driver.snapshotRestore(spec, 'running')).rejects.toMatchObject({ exit: 'busy' });
  expect((await driver.state(spec)).state).toBe('running');
  await driver.powerOff(spec);
  expect(await names()).toEqual(['running']);
  await io('write -P 2 0 64k');
  await driver.snapshotRestore(spec, 'running');
  await io('read -P 1 0 64k');
});

test('a disk that grew after a snapshot is restored with its old size, and grows again', async () => {
  const { driver, spec } = machine;
  await driver.snapshotSave(spec, 'small');
  await driver.resize({ ...spec, diskMiB: 96 });
  await driver.snapshotRestore(spec, 'small');
  expect(await virtualSize(disk())).toBe(64 * MIB);
  await driver.resize({ ...spec, diskMiB: 96 });
  expect(await virtualSize(disk())).toBe(96 * MIB);
  await driver.snapshotRestore(spec, 'small');
});

test('snapshots refuse bad and taken names, and unknown ones', async () => {
  const { driver, spec } = machine;
  await expect(driver.snapshotSave(spec, '../x')).rejects.toMatchObject({ exit: 'usage' });
  await driver.snapshotSave(spec, 'one');
  await expect(driver.snapshotSave(spec, 'one')).rejects.toMatchObject({ exit: 'usage' });
  await expect(driver.snapshotRestore(spec, '1')).rejects.toMatchObject({ exit: 'usage', reason: 'There are: one.' });
  expect(await names()).toEqual(['one']);
});
