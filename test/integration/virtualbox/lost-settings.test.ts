import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { MachineSpec } from '../../../src/drivers/driver.ts';
import { SavedStateError } from '../../../src/drivers/errors.ts';
import { readVdiHeader } from '../../../src/drivers/virtualbox/vdi.ts';
import { guestPrinted } from '../../support/machine.ts';
import { endService, machinePool, testVirtualBox, type TestVirtualBox } from '../../support/virtualbox/machine.ts';

/** What becomes of a machine whose place in VirtualBox's records was lost. VBoxSVC is ended each time: while it runs it remembers. */
let virtualBox: TestVirtualBox;
const { make, cleanups, removeAll } = machinePool(() => virtualBox);

beforeAll(async () => {
  virtualBox = await testVirtualBox('lost');
});
afterEach(removeAll);
afterAll(() => virtualBox.dispose());

const folderOf = (spec: MachineSpec): string => path.join(spec.directory, 'virtualbox', 'b2d-one');
const settingsOf = (spec: MachineSpec): string => path.join(folderOf(spec), 'b2d-one.vbox');
const diskOf = (spec: MachineSpec): string => `${spec.dataDiskBase}.vdi`;

test("VirtualBox's own list is lost: the machine is registered again, with its disk, and starts", async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await driver.powerOff(spec);
  await driver.snapshotSave(spec, 'first');
  await endService(virtualBox);
  await fs.rm(path.join(virtualBox.home, 'VirtualBox.xml'));
  expect(await driver.state(spec)).toEqual({ state: 'absent' });
  await driver.create(spec);
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
  expect(await driver.snapshotList(spec)).toHaveLength(1);
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
});

test("a broken VirtualBox.xml is told, and touched by nobody", async () => {
  const { driver, spec } = await make();
  await endService(virtualBox);
  const list = path.join(virtualBox.home, 'VirtualBox.xml');
  const whole = await fs.readFile(list, 'utf8');
  cleanups.push(async () => {
    await endService(virtualBox);
    await fs.writeFile(list, whole);
  });
  const half = whole.slice(0, whole.length / 2);
  await fs.writeFile(list, half);
  const report = await driver.state(spec);
  expect(report.state).toBe('unknown');
  expect(report.detail).toContain('settings file of VirtualBox');
  await expect(driver.start(spec, [])).rejects.toMatchObject({ exit: 'hypervisorFailed' });
  await expect(driver.destroy(spec)).rejects.toMatchObject({ exit: 'hypervisorFailed', message: expect.stringContaining('was not deleted') });
  expect(await fs.readFile(list, 'utf8')).toBe(half);
  await fs.access(diskOf(spec));
});

test('the .vbox was deleted: the machine is made anew around its data disk', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await driver.powerOff(spec);
  const disk = await readVdiHeader(diskOf(spec));
  await endService(virtualBox);
  await fs.rm(settingsOf(spec));
  expect(await driver.state(spec)).toEqual({ state: 'absent', detail: expect.stringContaining('.vbox') });
  await driver.create(spec);
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
  expect(await readVdiHeader(diskOf(spec))).toEqual(disk);
});

test('the .vbox is damaged: it is kept aside, and the machine is made anew', async () => {
  const { driver, spec } = await make();
  await endService(virtualBox);
  await fs.truncate(settingsOf(spec), 300);
  expect((await driver.state(spec)).state).toBe('absent');
  await driver.create(spec);
  await driver.start(spec, []);
  expect(await fs.readdir(folderOf(spec))).toContain('b2d-one.vbox.damaged');
  await driver.powerOff(spec);
  await driver.destroy(spec);
  expect(await fs.readdir(spec.directory)).toEqual(['config.iso']);
});

test('the .vbox of a machine with snapshots was deleted: nothing is made anew, for that would lose data', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await driver.snapshotSave(spec, 'first');
  await driver.powerOff(spec);
  await endService(virtualBox);
  const kept = await fs.readFile(settingsOf(spec));
  await fs.rm(settingsOf(spec));
  await expect(driver.create(spec)).rejects.toMatchObject({ exit: 'stateUnreadable', reason: expect.stringContaining('Snapshots'), remedy: [expect.stringContaining('.vbox-prev'), expect.anything()] });
  await expect(driver.start(spec, [])).rejects.toMatchObject({ exit: 'stateUnreadable' });
  await fs.writeFile(settingsOf(spec), kept);
  await driver.create(spec);
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
});

test('the .vbox of a suspended machine was deleted: its saved state is given up only when asked to', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await driver.suspend(spec);
  await endService(virtualBox);
  await fs.rm(settingsOf(spec));
  expect(await driver.state(spec)).toEqual({ state: 'saved', detail: expect.stringContaining('.vbox') });
  await expect(driver.start(spec, [])).rejects.toBeInstanceOf(SavedStateError);
  expect((await driver.state(spec)).state).toBe('saved');
  await driver.discardSavedState(spec);
  expect((await driver.state(spec)).state).toBe('absent');
  await driver.create(spec);
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
});

test('a saved state that cannot be read is named, kept, and given up when asked to', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await driver.suspend(spec);
  const snapshots = path.join(folderOf(spec), 'Snapshots');
  const [saved] = await fs.readdir(snapshots);
  await fs.truncate(path.join(snapshots, saved as string), 100_000);
  await expect(driver.start(spec, [])).rejects.toMatchObject({ name: 'SavedStateError', reason: expect.stringContaining('VERR_SSM') });
  expect((await driver.state(spec)).state).toBe('saved');
  expect(await fs.readdir(snapshots)).toEqual([saved]);
  await fs.rm(path.join(snapshots, saved as string));
  await expect(driver.start(spec, [])).rejects.toBeInstanceOf(SavedStateError);
  await driver.discardSavedState(spec);
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
});

test.each([['without snapshots', false], ['with snapshots', true]])('the folder was moved, %s: the machine moves along', async (_, withSnapshot) => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await driver.powerOff(spec);
  if (withSnapshot) await driver.snapshotSave(spec, 'first');
  await endService(virtualBox);
  const directory = path.join(path.dirname(spec.directory), 'moved here');
  await fs.rename(spec.directory, directory);
  const here = (file: string): string => file.replace(spec.directory, directory);
  const moved: MachineSpec = { ...spec, directory, dataDiskBase: here(spec.dataDiskBase), configDriveFile: here(spec.configDriveFile), consoleFile: here(spec.consoleFile) };
  expect((await driver.state(moved)).state).toBe('absent');
  await driver.create(moved);
  await driver.start(moved, []);
  await guestPrinted(moved.consoleFile);
  expect((await virtualBox.vbox.medium((await readVdiHeader(diskOf(moved))).uuid))?.file).toBe(diskOf(moved));
  await driver.powerOff(moved);
  await driver.destroy(moved);
  expect(await fs.readdir(directory)).toEqual(['config.iso']);
});
