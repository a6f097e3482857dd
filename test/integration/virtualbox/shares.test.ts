import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { Share } from '../../../src/drivers/driver.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';
import { machinePool, testVirtualBox, type TestVirtualBox } from '../../support/virtualbox/machine.ts';

jest.setTimeout(600_000); // several starts, each with many calls of VBoxManage

let virtualBox: TestVirtualBox;
let folder: string;
const { make, removeAll } = machinePool(() => virtualBox);

beforeAll(async () => {
  virtualBox = await testVirtualBox('shares');
});
beforeEach(async () => {
  folder = path.join(await awkwardFolder(), 'машина, "two"');
  await fs.mkdir(folder);
});
afterEach(async () => {
  await removeAll();
  await removeFolder(path.dirname(folder));
});
afterAll(() => virtualBox.dispose());

const folders = async (uuid: string) => (await virtualBox.vbox.machine(uuid))?.sharedFolders;
const share = (tag: string, more: Partial<Share> = {}): Share => ({ tag, hostPath: folder, readOnly: false, ...more });

test('a start makes b2d’s folders exactly as wanted, and leaves the user’s', async () => {
  const { driver, spec } = await make();
  await virtualBox.vbox.addSharedFolder(spec.uuid, { name: 'mine', hostPath: path.dirname(folder), readOnly: false }, { transient: false });
  await driver.start({ ...spec, shares: [share('b2d-one'), share('b2d-two', { readOnly: true })] }, []);
  const mine = { name: 'mine', hostPath: path.dirname(folder), kind: 'machine' };
  expect(await folders(spec.uuid)).toEqual(expect.arrayContaining([mine, { name: 'b2d-one', hostPath: folder, kind: 'machine' }, { name: 'b2d-two', hostPath: folder, kind: 'machine' }]));
  expect(await settings(spec.uuid)).toMatchObject({ 'b2d-one': { writable: 'true', symlinkPolicy: 'subtree' }, 'b2d-two': { writable: 'false' }, mine: { writable: 'true' } });
  await driver.powerOff(spec);

  await driver.start({ ...spec, shares: [share('b2d-one', { readOnly: true })] }, []);
  expect((await folders(spec.uuid))?.map(({ name }) => name).sort()).toEqual(['b2d-one', 'mine']);
  expect(await settings(spec.uuid)).toMatchObject({ 'b2d-one': { writable: 'false' } });
  await driver.powerOff(spec);

  await driver.start(spec, []);
  expect(await folders(spec.uuid)).toEqual([mine]);
});

test('a folder comes to a running machine and goes, one that it was started with stays until it is off', async () => {
  const { driver, spec } = await make();
  await driver.start({ ...spec, shares: [share('b2d-one')] }, []);
  await driver.share(spec, share('b2d-two'));
  await driver.share(spec, share('b2d-two'));
  expect(await folders(spec.uuid)).toContainEqual({ name: 'b2d-two', hostPath: folder, kind: 'transient' });
  await driver.unshare(spec, 'b2d-two');
  await driver.unshare(spec, 'b2d-two');
  expect((await folders(spec.uuid))?.map(({ name }) => name)).toEqual(['b2d-one']);
  await expect(driver.unshare(spec, 'b2d-one')).rejects.toMatchObject({ exit: 'unsupported', remedy: ['b2d restart'] });
});

test('a folder that is gone keeps the machine from starting, and VirtualBox’s words are told', async () => {
  const { driver, spec } = await make();
  await fs.rmdir(folder);
  await expect(driver.start({ ...spec, shares: [share('b2d-one')] }, [])).rejects.toMatchObject({ exit: 'hypervisorFailed', details: expect.arrayContaining([expect.stringContaining('VERR_FILE_NOT_FOUND')]) });
  await driver.start(spec, []);
});

test('what needs a running machine says so on one that is off', async () => {
  const { driver, spec } = await make();
  for (const outcome of await Promise.allSettled([driver.share(spec, share('b2d-one')), driver.unshare(spec, 'b2d-one')])) expect(outcome).toMatchObject({ status: 'rejected', reason: { exit: 'machineNotRunning' } });
});

test('the host’s loopback address is open to the guest, or not', async () => {
  const { driver, spec } = await make();
  for (const hostAccess of [true, false]) {
    await driver.start({ ...spec, hostAccess }, []);
    const [card] = /<Adapter slot="0"[^]*?<\/Adapter>/.exec(await settingsText(spec.uuid)) ?? [];
    expect(card).toContain('<NAT');
    expect(card?.includes('localhost-reachable="true"')).toBe(hostAccess);
    await driver.powerOff(spec);
  }
});

async function settingsText(uuid: string): Promise<string> {
  return fs.readFile((await virtualBox.vbox.machine(uuid))?.settingsFile as string, 'utf8');
}

/** The shared folders of the .vbox by name, with what VBoxManage does not tell. */
async function settings(uuid: string): Promise<Record<string, Record<string, string>>> {
  const tags = [...(await settingsText(uuid)).matchAll(/<SharedFolder ([^>]*)\/>/g)].map(([, attributes = '']) => Object.fromEntries([...attributes.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value])));
  return Object.fromEntries(tags.map((tag) => [tag['name'], tag]));
}
