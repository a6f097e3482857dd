import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { readVdiHeader } from '../../../src/drivers/virtualbox/vdi.ts';
import { guestPrinted } from '../../support/machine.ts';
import { machinePool, testVirtualBox, type TestVirtualBox } from '../../support/virtualbox/machine.ts';

jest.setTimeout(600_000); // some make and restore several snapshots, on VirtualBox's interpreter

let virtualBox: TestVirtualBox;
const { make, cleanups, removeAll } = machinePool(() => virtualBox);

beforeAll(async () => {
  virtualBox = await testVirtualBox('disks');
});
afterEach(removeAll);
afterAll(() => virtualBox.dispose());

test('what is read of a VDI is what VirtualBox says', async () => {
  const { driver, spec } = await make();
  const disk = (await driver.dataDisk(spec)) as string;
  await driver.start(spec, []);
  const { uuid, capacityMiB } = (await virtualBox.vbox.medium(disk))!;
  expect(await readVdiHeader(disk)).toEqual({ uuid, capacityMiB });
});

test('the disk grows while the machine is off, and never shrinks', async () => {
  const { driver, spec } = await make();
  const disk = (await driver.dataDisk(spec)) as string;
  await driver.resize(spec);
  await driver.start(spec, []);
  await expect(driver.resize({ ...spec, diskMiB: 96 })).rejects.toMatchObject({ exit: 'busy', remedy: ['b2d down'] });
  await driver.powerOff(spec);
  await driver.resize({ ...spec, diskMiB: 96 });
  expect((await virtualBox.vbox.medium(disk))?.capacityMiB).toBe(96);
  await expect(driver.resize(spec)).rejects.toMatchObject({ exit: 'storage', message: expect.stringContaining('cannot shrink') });
  expect((await readVdiHeader(disk)).capacityMiB).toBe(96);
  await driver.start(spec, []);
});

test('a disk with snapshots does not grow, because the machine would not see it', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await driver.powerOff(spec);
  await driver.snapshotSave(spec, 'first');
  await expect(driver.resize({ ...spec, diskMiB: 96 })).rejects.toMatchObject({ exit: 'busy', message: expect.stringContaining('snapshots') });
  await driver.snapshotDelete(spec, 'first');
  await driver.resize({ ...spec, diskMiB: 96 });
});

test('snapshots of the disk, and of the memory of a machine that runs', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
  await driver.snapshotSave(spec, 'running');
  expect((await driver.state(spec)).state).toBe('running');
  await expect(driver.snapshotRestore(spec, 'running')).rejects.toMatchObject({ exit: 'busy' });
  await driver.powerOff(spec);
  await driver.snapshotSave(spec, 'off');
  const list = await driver.snapshotList(spec);
  expect(list.map(({ name, memory }) => [name, memory])).toEqual([['running', true], ['off', false]]);
  for (const { createdAt } of list) expect(Math.abs(Date.now() - Date.parse(createdAt))).toBeLessThan(10 * 60_000);
  await driver.start(spec, []); // on a differencing image
  expect((await virtualBox.vbox.machine(spec.uuid))?.raw.get('SATA-discard-2-0')).toBe('on'); // it gives back what the guest frees, too
  await driver.powerOff(spec);
  await driver.snapshotRestore(spec, 'running');
  expect(await driver.state(spec)).toEqual({ state: 'saved' });
  await driver.start(spec, []);
  expect((await driver.state(spec)).state).toBe('running');
  await driver.powerOff(spec);
  await driver.snapshotRestore(spec, 'off');
  expect((await driver.state(spec)).state).toBe('stopped');
  await driver.snapshotDelete(spec, 'running');
  await driver.snapshotDelete(spec, 'off');
  await driver.snapshotDelete(spec, 'off');
  expect(await driver.snapshotList(spec)).toEqual([]);
});

test('a snapshot of a machine that runs can be deleted while it runs', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await driver.snapshotSave(spec, 'running');
  await driver.snapshotDelete(spec, 'running');
  expect(await driver.snapshotList(spec)).toEqual([]);
  expect((await driver.state(spec)).state).toBe('running');
});

test('a suspended machine can be saved, and put back, which gives its suspended state up', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await driver.suspend(spec);
  await driver.snapshotSave(spec, 'suspended');
  expect(await driver.state(spec)).toEqual({ state: 'saved' });
  expect(await driver.snapshotList(spec)).toMatchObject([{ name: 'suspended', memory: true }]);
  await driver.discardSavedState(spec);
  await driver.snapshotSave(spec, 'off');
  await driver.start(spec, []);
  await driver.suspend(spec);
  await driver.snapshotRestore(spec, 'off');
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
  await driver.snapshotRestore(spec, 'suspended');
  await driver.start(spec, []);
  expect((await driver.state(spec)).state).toBe('running');
});

test('snapshot names that are wrong, taken or unknown are refused', async () => {
  const { driver, spec } = await make();
  await driver.snapshotSave(spec, 'first');
  await expect(driver.snapshotSave(spec, 'first')).rejects.toMatchObject({ exit: 'usage' });
  await expect(driver.snapshotSave(spec, '--live')).rejects.toMatchObject({ exit: 'usage' });
  await expect(driver.snapshotRestore(spec, 'second')).rejects.toMatchObject({ exit: 'usage', reason: 'There are: first.' });
});

test('destroy removes what the driver made, and only when the machine is off', async () => {
  const { driver, spec } = await make();
  await fs.writeFile(path.join(spec.directory, 'machine.json'), '{}');
  await driver.start(spec, []);
  await driver.snapshotSave(spec, 'first');
  await expect(driver.destroy(spec)).rejects.toMatchObject({ exit: 'busy' });
  await driver.powerOff(spec);
  const theirs = path.join(spec.directory, 'virtualbox', 'b2d-one', 'notes.txt');
  await fs.writeFile(theirs, "the user's");
  await driver.destroy(spec);
  expect((await fs.readdir(spec.directory, { recursive: true })).sort()).toEqual(['config.iso', 'machine.json', 'virtualbox', 'virtualbox/b2d-one', 'virtualbox/b2d-one/notes.txt']);
  await fs.access(spec.imageFile);
  expect(await driver.state(spec)).toEqual({ state: 'absent' });
  for (const kind of ['vms', 'hdds', 'dvds']) expect(await virtualBox.vbox.manage(['list', kind])).not.toContain(path.basename(path.dirname(spec.directory)));
  await driver.destroy(spec);
});

test('destroy finishes what was cut off, and what VirtualBox has forgotten', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await driver.suspend(spec);
  await virtualBox.vbox.unregister(spec.uuid);
  await fs.rm(`${spec.dataDiskBase}.vdi`);
  await driver.destroy(spec);
  expect(await fs.readdir(spec.directory)).toEqual(['config.iso']);
});

test('a suspended machine can be destroyed', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await driver.suspend(spec);
  await driver.destroy(spec);
  expect(await fs.readdir(spec.directory)).toEqual(['config.iso']);
});

test('a copy of the folder can be destroyed, and the original lives on', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  const directory = `${spec.directory} copy`;
  await fs.cp(spec.directory, directory, { recursive: true });
  const copy = { ...spec, directory, dataDiskBase: path.join(directory, 'data'), configDriveFile: path.join(directory, 'config.iso'), consoleFile: path.join(directory, 'console.log') };
  await driver.powerOff(copy);
  await driver.destroy(copy);
  expect(await fs.readdir(directory)).toEqual(['config.iso']);
  expect((await driver.state(spec)).state).toBe('running');
  await driver.powerOff(spec);
  await driver.start(spec, []);
});

test("a data disk that the user attached to a machine of their own is not deleted", async () => {
  const { driver, spec } = await make();
  const { vbox } = virtualBox;
  const uuid = crypto.randomUUID();
  await vbox.create({ name: 'rescue', uuid, baseFolder: path.join(path.dirname(spec.directory), 'rescue'), osType: 'Linux26_64' });
  cleanups.push(() => vbox.unregister(uuid));
  await vbox.addController(uuid, { name: 'SATA', bus: 'sata', ports: 1, hostIoCache: true });
  await vbox.attach(uuid, { controller: 'SATA', port: 0, device: 0, type: 'hdd', medium: `${spec.dataDiskBase}.vdi` });
  await expect(driver.destroy(spec)).rejects.toMatchObject({ exit: 'busy' });
  await fs.access(`${spec.dataDiskBase}.vdi`);
});
