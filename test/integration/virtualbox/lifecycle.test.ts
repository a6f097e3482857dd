import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { quickState } from '../../../src/drivers/virtualbox/quick-state.ts';
import { GUEST_LINE } from '../../support/guest.ts';
import { guestPrinted, processExists, until } from '../../support/machine.ts';
import { INTERPRETER } from '../../support/virtualbox/interpreter.ts';
import { machinePool, testVirtualBox, type TestVirtualBox } from '../../support/virtualbox/machine.ts';

let virtualBox: TestVirtualBox;
const { make, removeAll } = machinePool(() => virtualBox);

beforeAll(async () => {
  virtualBox = await testVirtualBox('lifecycle');
});
afterEach(removeAll);
afterAll(() => virtualBox.dispose());

test('a machine starts, prints on its console, and is off after powerOff', async () => {
  const { driver, spec } = await make();
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
  await driver.start(spec, []);
  const report = await driver.state(spec);
  expect(report).toEqual({ state: 'running', pid: expect.any(Number) });
  await guestPrinted(spec.consoleFile);
  await driver.powerOff(spec);
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
  await until(async () => !processExists(report.pid as number), 'the process to end');
  await driver.powerOff(spec);
});

test('the machine is the one that was described, and no more', async () => {
  const { driver, spec } = await make({ extra: { 'virtualbox.modifyvm': INTERPRETER } });
  await driver.start({ ...spec, cpus: 2, memoryMiB: 96 }, []);
  const info = await virtualBox.vbox.machine(spec.uuid);
  expect(info).toMatchObject({ name: 'b2d-one', memoryMiB: 96, cpus: 2, controllers: ['SATA'], session: 'headless' });
  expect(info?.attachments.map(({ port, file }) => [port, file])).toEqual([[0, spec.imageFile], [1, spec.configDriveFile], [2, `${spec.dataDiskBase}.vdi`]]);
  const facts = Object.fromEntries(info?.raw ?? []);
  expect(facts).toMatchObject({
    ioapic: 'on', rtcuseutc: 'on', paravirtprovider: 'kvm', nestedpaging: 'on', largepages: 'on', firmware: 'BIOS', boot1: 'dvd', boot2: 'none', audio: 'none',
    usb: 'off', ehci: 'off', xhci: 'off', vrde: 'off', graphicscontroller: 'null', nic1: 'nat', nictype1: 'virtio', nic2: 'none', 'SATA-discard-2-0': 'on', 'SATA-nonrotational-2-0': 'on',
  });
  const settings = await fs.readFile(info?.settingsFile as string, 'utf8');
  expect(settings).toContain('<DNS use-host-resolver="true"/>');
  expect(settings).toContain('useHostIOCache="true"');
  expect(await virtualBox.vbox.extraData(spec.uuid, 'b2d/owner')).toBe(spec.uuid);
});

test('settings changed while it was off hold from the next start on', async () => {
  const { driver, spec } = await make({ extra: { 'virtualbox.extradata': '{"b2d-test/key":"value"}' } });
  await driver.start(spec, []);
  await driver.powerOff(spec);
  const image = path.join(spec.directory, 'next image.iso');
  await fs.copyFile(spec.imageFile, image);
  await driver.start({ ...spec, memoryMiB: 80, imageFile: image }, []);
  const info = await virtualBox.vbox.machine(spec.uuid);
  expect(info?.memoryMiB).toBe(80);
  expect(info?.attachments[0]?.file).toBe(image);
  expect(await virtualBox.vbox.manage(['list', 'dvds'])).not.toContain(spec.imageFile);
  expect(await virtualBox.vbox.extraData(spec.uuid, 'b2d-test/key')).toBe('value');
});

test('the light state query agrees with the driver', async () => {
  const { driver, spec } = await make();
  const light = { directory: spec.directory, uuid: spec.uuid, program: virtualBox.vbox.program };
  expect(await quickState(virtualBox.platform, light)).toEqual({ state: 'stopped' });
  await driver.start(spec, []);
  expect(await quickState(virtualBox.platform, light)).toEqual(await driver.state(spec));
  const stranger = { ...light, uuid: spec.uuid.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) };
  expect((await quickState(virtualBox.platform, stranger)).state).toBe('absent');
});

test('folders with spaces, commas, quotes and non-ASCII letters work', async () => {
  const { driver, spec } = await make({ awkward: true });
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
  expect(await driver.state(spec)).toEqual({ state: 'running', pid: expect.any(Number) });
  await driver.suspend(spec);
  await driver.start(spec, []);
  await driver.powerOff(spec);
  await driver.resize({ ...spec, diskMiB: 128 });
  await driver.snapshotSave(spec, 'first');
  expect((await driver.snapshotList(spec)).map((entry) => entry.name)).toEqual(['first']);
  await driver.destroy(spec);
  expect(await fs.readdir(spec.directory)).toEqual(['config.iso']);
});

test('the power button reaches the guest, and a guest that powers off leaves the machine stopped', async () => {
  const { driver, spec } = await make({ behaviour: 'powerButton' });
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
  await driver.shutdown(spec);
  await until(async () => (await driver.state(spec)).state === 'stopped', 'the guest to power off');
});

test('each start begins a console and a log, and keeps the previous ones', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
  await driver.powerOff(spec);
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
  expect((await fs.readFile(spec.consoleFile, 'utf8')).match(new RegExp(GUEST_LINE, 'g'))).toHaveLength(1);
  expect(await fs.readFile(`${spec.consoleFile}.1`, 'utf8')).toContain(GUEST_LINE);
  expect(driver.logFiles(spec)).toHaveLength(2);
  for (const log of driver.logFiles(spec)) await fs.access(log);
});

test('start on a running machine changes nothing but the rules', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  const { pid } = await driver.state(spec);
  await driver.start(spec, []);
  expect((await driver.state(spec)).pid).toBe(pid);
});

test('a suspended machine goes on where it was, and its console is kept', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
  await driver.suspend(spec);
  await driver.suspend(spec);
  expect(await driver.state(spec)).toEqual({ state: 'saved' });
  await driver.start(spec, []);
  expect((await driver.state(spec)).state).toBe('running');
  expect(await fs.readFile(`${spec.consoleFile}.1`, 'utf8')).toContain(GUEST_LINE);
  expect(await fs.readFile(spec.consoleFile, 'utf8')).not.toContain(GUEST_LINE); // it did not boot
});

test('a discarded saved state boots, and discarding where nothing was saved does nothing', async () => {
  const { driver, spec } = await make();
  await driver.discardSavedState(spec);
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
  await driver.suspend(spec);
  await driver.discardSavedState(spec);
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
});

test('a paused machine is paused, and goes on at start', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  const { pid } = await driver.state(spec);
  await virtualBox.vbox.pause(spec.uuid);
  expect(await driver.state(spec)).toEqual({ state: 'paused', pid });
  await driver.start(spec, []);
  expect(await driver.state(spec)).toEqual({ state: 'running', pid });
});

test('a reset machine boots again in the same process', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await guestPrinted(spec.consoleFile);
  const { pid } = await driver.state(spec);
  await virtualBox.vbox.reset(spec.uuid);
  await until(async () => (await fs.readFile(spec.consoleFile, 'utf8')).split(GUEST_LINE).length === 3, 'the guest to print again');
  expect(await driver.state(spec)).toEqual({ state: 'running', pid });
});

test('what needs a running machine says so on one that is off', async () => {
  const { driver, spec } = await make();
  const calls = [driver.shutdown(spec), driver.forwards(spec), driver.suspend(spec), driver.unforward(spec, 'web')]; // at once, as several b2d may ask
  for (const outcome of await Promise.allSettled(calls)) expect(outcome).toMatchObject({ status: 'rejected', reason: { exit: 'machineNotRunning' } });
});

test('two machines of one name live side by side', async () => {
  const [one, other] = [await make(), await make()];
  await one.driver.start(one.spec, []);
  await other.driver.start(other.spec, []);
  expect((await virtualBox.vbox.machines()).map(({ name }) => name).sort()).toEqual(['b2d-one', `b2d-one-${other.spec.uuid.slice(0, 8)}`]);
  await one.driver.powerOff(one.spec);
  await one.driver.destroy(one.spec);
  expect((await one.driver.state(one.spec)).state).toBe('absent');
  expect((await other.driver.state(other.spec)).state).toBe('running');
  await guestPrinted(other.spec.consoleFile);
});
