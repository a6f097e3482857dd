import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { MachineSpec } from '../../../src/drivers/driver.ts';
import { readVdiHeader } from '../../../src/drivers/virtualbox/vdi.ts';
import { guestPrinted } from '../../support/machine.ts';
import { machinePool, testVirtualBox, type TestVirtualBox } from '../../support/virtualbox/machine.ts';

/** Machines that another b2d left half made, and machines that are not b2d's. */
let virtualBox: TestVirtualBox;
const { make, cleanups, removeAll } = machinePool(() => virtualBox);

beforeAll(async () => {
  virtualBox = await testVirtualBox('half');
});
afterEach(removeAll);
afterAll(() => virtualBox.dispose());

const diskOf = (spec: MachineSpec): string => `${spec.dataDiskBase}.vdi`;
const folderOf = (spec: MachineSpec): string => path.join(spec.directory, 'virtualbox');

/** A machine of the user's own, in a folder of its own. */
async function usersMachine(spec: MachineSpec, { name, uuid = crypto.randomUUID() }: { name: string; uuid?: string }): Promise<string> {
  const { vbox } = virtualBox;
  await vbox.create({ name, uuid, baseFolder: path.join(path.dirname(spec.directory), "the user's"), osType: 'Linux26_64' });
  cleanups.push(() => vbox.unregister(uuid));
  return (await vbox.machine(uuid))?.settingsFile as string;
}

test('a disk that was half made is made anew, and VirtualBox knows nothing of the half', async () => {
  const { driver, spec } = await make({ create: false });
  const partial = `${diskOf(spec)}.partial`;
  await virtualBox.vbox.createDisk(partial, 32);
  expect(await driver.dataDisk(spec)).toBeUndefined();
  await driver.create(spec);
  expect((await readVdiHeader(diskOf(spec))).capacityMiB).toBe(64);
  await expect(fs.access(partial)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await virtualBox.vbox.manage(['list', 'hdds'])).not.toContain('partial');
});

test('a half disk that is no disk at all is made anew too', async () => {
  const { driver, spec } = await make({ create: false });
  await fs.writeFile(`${diskOf(spec)}.partial`, 'half');
  await driver.create(spec);
  expect(await fs.readdir(spec.directory)).not.toContain('data.vdi.partial');
  await driver.start(spec, []);
});

test('a machine without the mark, in our folder, is ours', async () => {
  const { driver, spec } = await make({ create: false });
  await virtualBox.vbox.create({ name: 'b2d-one', uuid: spec.uuid, baseFolder: folderOf(spec), osType: 'Linux26_64' });
  await driver.create(spec);
  expect(await virtualBox.vbox.extraData(spec.uuid, 'b2d/owner')).toBe(spec.uuid);
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
});

test('a .vbox that was written but not registered is registered', async () => {
  const { driver, spec } = await make({ create: false });
  const words = ['--name', 'b2d-one', '--uuid', spec.uuid, '--basefolder', folderOf(spec), '--ostype', 'Linux26_64'];
  await virtualBox.vbox.manage(['createvm', ...words]); // without --register
  await driver.create(spec);
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
  await driver.start(spec, []);
});

test('a controller without disks, and slots that hold something else, are put in order', async () => {
  const { driver, spec } = await make();
  await virtualBox.vbox.addController(spec.uuid, { name: 'SATA', bus: 'sata', ports: 3, hostIoCache: true });
  await virtualBox.vbox.attach(spec.uuid, { controller: 'SATA', port: 1, device: 0, type: 'dvddrive', medium: spec.imageFile });
  await driver.start(spec, []);
  expect((await virtualBox.vbox.machine(spec.uuid))?.attachments.map(({ file }) => file)).toEqual([spec.imageFile, spec.configDriveFile, diskOf(spec)]);
});

test('create never overwrites: a second one keeps machine and disk, and a file that is no disk', async () => {
  const { driver, spec } = await make();
  const disk = await readVdiHeader(diskOf(spec));
  await driver.create({ ...spec, diskMiB: 128 });
  expect(await readVdiHeader(diskOf(spec))).toEqual(disk);
  await fs.writeFile(diskOf(spec), 'precious'.repeat(100));
  await expect(driver.create(spec)).rejects.toMatchObject({ exit: 'storage', message: expect.stringContaining('not a VDI') });
  expect(await fs.readFile(diskOf(spec), 'utf8')).toContain('precious');
});

test("a user's machine of the same name is not touched, whatever b2d does", async () => {
  const { driver, spec } = await make({ create: false });
  const theirs = await usersMachine(spec, { name: 'b2d-one' });
  const before = await fs.readFile(theirs, 'utf8');
  await driver.create(spec);
  await driver.start(spec, []);
  await driver.powerOff(spec);
  await driver.destroy(spec);
  expect(await fs.readFile(theirs, 'utf8')).toBe(before);
  expect((await virtualBox.vbox.machines()).map(({ name }) => name)).toContain('b2d-one');
});

test('a machine of the same UUID in another folder is refused and never touched', async () => {
  const { driver, spec } = await make({ create: false });
  const theirs = await usersMachine(spec, { name: 'copy', uuid: spec.uuid });
  const before = await fs.readFile(theirs, 'utf8');
  expect(await driver.state(spec)).toEqual({ state: 'absent', detail: expect.stringContaining(theirs) });
  await expect(driver.create(spec)).rejects.toMatchObject({ exit: 'stateUnreadable', reason: expect.stringContaining(theirs) });
  await expect(driver.start(spec, [])).rejects.toMatchObject({ exit: 'stateUnreadable' });
  await virtualBox.vbox.manage(['modifyvm', spec.uuid, '--vm-execution-engine', 'interpreter']);
  await virtualBox.vbox.start(spec.uuid);
  await driver.powerOff(spec);
  await driver.destroy(spec);
  expect((await virtualBox.vbox.machine(spec.uuid))?.state).toBe('running');
  await virtualBox.vbox.powerOff(spec.uuid);
  expect(await fs.readFile(theirs, 'utf8')).toContain(before.match(/name="copy"/)?.[0]);
});

test("a machine in our folder with another's mark is refused", async () => {
  const { driver, spec } = await make();
  await virtualBox.vbox.setExtraData(spec.uuid, 'b2d/owner', 'someone else');
  await expect(driver.create(spec)).rejects.toMatchObject({ exit: 'stateUnreadable' });
});
