import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { VirtualBoxDriverOptions } from '../../../src/drivers/virtualbox/driver.ts';
import { createVirtualBoxDriver } from '../../../src/drivers/virtualbox/driver.ts';
import { runningProcess } from '../../../src/drivers/virtualbox/process.ts';
import { guestPrinted, processExists, until } from '../../support/machine.ts';
import { endService, machinePool, serviceOf, testVirtualBox, type TestMachine, type TestVirtualBox } from '../../support/virtualbox/machine.ts';

let virtualBox: TestVirtualBox;
const { make, cleanups, removeAll } = machinePool(() => virtualBox);
/** Long enough for a VirtualBox that answers on a busy computer; each wait for one that hangs takes as long. */
const IN_HASTE: VirtualBoxDriverOptions = { answerMs: 8_000, powerOffMs: 8_000 };

beforeAll(async () => {
  virtualBox = await testVirtualBox('faults');
});
afterEach(removeAll);
afterAll(() => virtualBox.dispose());

async function started(options?: VirtualBoxDriverOptions): Promise<TestMachine & { pid: number }> {
  const machine = await make(options && { driver: options });
  await machine.driver.start(machine.spec, []);
  return { ...machine, pid: (await machine.driver.state(machine.spec)).pid as number };
}

/** Stops a process, which goes on when the test ends. */
function stop(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  cleanups.push(() => processExists(pid) && process.kill(pid, 'SIGCONT'));
}

test('a killed process is a crash, and the machine starts again', async () => {
  const { driver, spec, pid } = await started();
  process.kill(pid, 'SIGKILL');
  await until(async () => (await driver.state(spec)).state === 'crashed', 'the crash to show');
  await driver.powerOff(spec);
  await driver.start(spec, []);
  expect((await driver.state(spec)).state).toBe('running');
  await guestPrinted(spec.consoleFile);
});

test("a machine whose process hangs is unknown, and powerOff ends that process and no other", async () => {
  const { driver, spec, pid } = await started(IN_HASTE);
  const other = await started();
  stop(pid);
  expect(await driver.state(spec)).toMatchObject({ state: 'unknown', pid, detail: expect.stringContaining('does not answer') });
  await driver.powerOff(spec);
  expect(await runningProcess(virtualBox.platform, spec)).toBeUndefined();
  expect(await driver.state(spec)).toMatchObject({ state: 'crashed' });
  expect(await other.driver.state(other.spec)).toMatchObject({ state: 'running', pid: other.pid });
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
});

test('a VBoxSVC that hangs: every call says so in time, nothing is deleted, and powerOff still pulls the plug', async () => {
  const { driver, spec, pid } = await started({ answerMs: 8_000, powerOffMs: 3_000 });
  stop((await serviceOf(virtualBox)) as number);
  expect(await driver.state(spec)).toMatchObject({ state: 'unknown', pid, detail: expect.stringContaining('VBoxSVC') });
  await driver.powerOff(spec);
  expect(await runningProcess(virtualBox.platform, spec)).toBeUndefined();
  await expect(driver.destroy(spec)).rejects.toMatchObject({ exit: 'hypervisorFailed', message: expect.stringContaining('was not deleted'), reason: expect.stringContaining('VBoxSVC') });
  await fs.access(`${spec.dataDiskBase}.vdi`);
  await fs.access(path.join(spec.directory, 'virtualbox', 'b2d-one', 'b2d-one.vbox'));
});

test("a pid of VirtualBox's log that belongs to another process is not believed and not killed", async () => {
  const { driver, spec } = await started();
  await driver.powerOff(spec);
  const [log] = driver.logFiles(spec) as [string];
  await fs.writeFile(log, `00:00:00.016573 Process ID: ${process.pid}\n`);
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
  await driver.powerOff(spec); // this test goes on
  const { pid } = await driver.state(spec);
  expect(pid).toBeUndefined();
});

test.each(['imageFile', 'configDriveFile'] as const)('a missing %s is named before VirtualBox is tried', async (file) => {
  const { driver, spec } = await make();
  await fs.rm(spec[file]);
  await expect(driver.start(spec, [])).rejects.toMatchObject({ message: expect.stringContaining(spec[file]) });
});

test('a data disk that is gone is an error, never a new empty disk', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await driver.powerOff(spec);
  const disk = `${spec.dataDiskBase}.vdi`;
  await fs.rename(disk, `${disk}.away`);
  expect(await driver.dataDisk(spec)).toBeUndefined();
  await expect(driver.start(spec, [])).rejects.toMatchObject({ exit: 'storage', message: expect.stringContaining(disk) });
  expect(await driver.dataDisk(spec)).toBeUndefined();
  await fs.rename(`${disk}.away`, disk);
  await driver.start(spec, []);
});

test("a start that fails carries VirtualBox's words and leaves the machine off", async () => {
  const { driver, spec } = await make();
  const nowhere = { ...spec, consoleFile: path.join(spec.directory, 'nowhere', 'console.log') };
  await expect(driver.start(nowhere, [])).rejects.toMatchObject({ message: 'VirtualBox could not start "one".', exit: 'hypervisorFailed', details: expect.arrayContaining([expect.stringContaining(nowhere.consoleFile)]) });
  expect((await driver.state(spec)).state).toBe('stopped');
});

test('a bad option of the user is told, and names what VirtualBox says of it', async () => {
  const { driver, spec } = await make();
  const wrong = { ...spec, extra: { ...spec.extra, 'virtualbox.modifyvm': '["--no-such-option", "1"]' } };
  await expect(driver.start(wrong, [])).rejects.toMatchObject({ exit: 'hypervisorFailed', details: expect.arrayContaining([expect.stringContaining('no-such-option')]) });
  expect((await driver.state(spec)).state).toBe('stopped');
});

test('VirtualBox that is not there is told, with the command that installs it', async () => {
  const { spec } = await make({ create: false });
  const none = { ...spec, extra: { 'virtualbox.program': path.join(spec.directory, 'VBoxManage') } };
  const driver = createVirtualBoxDriver(virtualBox.platform, { settings: none.extra });
  expect(await driver.preflight()).toMatchObject({ usable: false, reason: expect.stringContaining('virtualbox.program'), remedy: expect.stringContaining('install') });
  expect(await driver.state(none)).toMatchObject({ state: 'unknown', detail: expect.stringContaining('virtualbox.program') });
  await expect(driver.create(none)).rejects.toMatchObject({ exit: 'hypervisorMissing' });
});

test('preflight tells version, program and how guest code runs', async () => {
  const { driver } = await make({ create: false });
  await endService(virtualBox);
  expect(await driver.preflight()).toMatchObject({ usable: true, version: expect.stringMatching(/^\d+\.\d+\./), program: virtualBox.vbox.program, accelerator: 'interpreter' });
});
