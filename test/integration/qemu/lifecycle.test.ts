import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { queryState } from '../../../src/drivers/qemu/query-state.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { guestPrinted, processExists, until } from '../../support/machine.ts';
import { machinePool } from '../../support/qemu/machine.ts';

const { make, removeAll } = machinePool();

afterEach(removeAll);

test('a machine starts, prints on its console, and is off after powerOff', async () => {
  const { driver, spec } = await make();
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
  await driver.start(spec, []);
  const report = await driver.state(spec);
  expect(report).toEqual({ state: 'running', pid: expect.any(Number) });
  await guestPrinted(spec.consoleFile);
  await driver.powerOff(spec);
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
  await until(async () => !processExists(report.pid as number), 'the process to be reaped');
});

test('the light state query agrees with the driver', async () => {
  const { driver, spec } = await make();
  const light = { directory: spec.directory, uuid: spec.uuid };
  expect((await queryState(hostPlatform(), light)).state).toBe('stopped');
  await driver.start(spec, []);
  expect((await queryState(hostPlatform(), light)).state).toBe('running');
});

test('folders with spaces, commas, quotes and non-ASCII letters work', async () => {
  const { driver, spec } = await make({ awkward: true });
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
  await driver.snapshotList(spec);
  await driver.powerOff(spec);
  await driver.resize({ ...spec, diskMiB: 128 });
  await driver.snapshotSave(spec, 'first');
  expect((await driver.snapshotList(spec)).map((entry) => entry.name)).toEqual(['first']);
});

test('the power button reaches the guest, and a guest that powers off leaves the machine stopped', async () => {
  const { driver, spec } = await make({ behaviour: 'powerButton' });
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
  await driver.shutdown(spec);
  await until(async () => (await driver.state(spec)).state === 'stopped', 'the guest to power off');
});

test('a guest that powers off at once is either seen running or reported, and never counts as crashed', async () => {
  const { driver, spec } = await make({ behaviour: 'powerOff' });
  await driver.start(spec, []).catch((error: Error) => expect(error.message).toBe('The machine switched itself off right after its start.'));
  await until(async () => (await driver.state(spec)).state !== 'running', 'the guest to power off');
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
});

test('each start begins a console and a log, and keeps the previous ones', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
  await driver.powerOff(spec);
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
  expect((await fs.readFile(spec.consoleFile, 'utf8')).match(/tiny guest/g)).toHaveLength(1);
  expect(await fs.readFile(`${spec.consoleFile}.1`, 'utf8')).toContain('tiny guest');
  for (const log of driver.logFiles(spec)) await fs.access(log);
});

test('start on a running machine changes nothing but the rules; powerOff on one that is off succeeds', async () => {
  const { driver, spec } = await make();
  await driver.powerOff(spec);
  await driver.start(spec, []);
  const { pid } = await driver.state(spec);
  await driver.start(spec, []);
  expect((await driver.state(spec)).pid).toBe(pid);
});

test('what needs a running machine says so on one that is off', async () => {
  const { driver, spec } = await make();
  await expect(driver.shutdown(spec)).rejects.toMatchObject({ exit: 'machineNotRunning' });
  await expect(driver.forwards(spec)).rejects.toMatchObject({ exit: 'machineNotRunning' });
});

test('suspend is a typed refusal', async () => {
  const { driver, spec } = await make();
  await expect(driver.suspend(spec)).rejects.toMatchObject({ name: 'UnsupportedError', exit: 'unsupported' });
});

test('UEFI firmware runs, with variables of the machine’s own', async () => {
  const { driver, spec } = await make({ extra: { 'qemu.firmware': 'uefi' } });
  await driver.start({ ...spec, memoryMiB: 128 }, []);
  await until(async () => (await fs.readFile(spec.consoleFile, 'utf8')).includes('BdsDxe'), 'the firmware to speak');
  expect((await fs.stat(path.join(spec.directory, 'qemu', 'efi-variables.fd'))).mode & 0o777).toBe(0o600);
});

test('destroy removes what the driver made, and only when the machine is off', async () => {
  const { driver, spec } = await make();
  await fs.writeFile(path.join(spec.directory, 'machine.json'), '{}');
  await driver.start(spec, []);
  await expect(driver.destroy(spec)).rejects.toMatchObject({ exit: 'busy' });
  await driver.powerOff(spec);
  await driver.destroy(spec);
  expect((await fs.readdir(spec.directory)).sort()).toEqual(['config.iso', 'machine.json']);
  expect(await driver.state(spec)).toEqual({ state: 'absent' });
  await driver.destroy(spec);
});
