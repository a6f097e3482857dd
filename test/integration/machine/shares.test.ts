import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { extract } from 'tar-stream';
import { guestFiles } from '../../../src/machine/guest-files.ts';
import { ensureMachine } from '../../../src/machine/init.ts';
import { openMachine } from '../../../src/machine/machine.ts';
import { addShare } from '../../../src/machine/shares/add.ts';
import type { ShareRequest } from '../../../src/machine/shares/edit.ts';
import { listShares } from '../../../src/machine/shares/list.ts';
import { takeShare } from '../../../src/machine/shares/remove.ts';
import { shareTag } from '../../../src/machine/shares/share.ts';
import { FakeDriver } from '../../support/fake-driver.ts';
import { FakeWorld } from '../../support/fake-world.ts';

let world: FakeWorld;
beforeEach(async () => {
  world = await FakeWorld.create(new FakeDriver('qemu'));
  await world.initWithRarePorts();
  for (const name of ['plain', 'машина, "two"']) await fs.mkdir(path.join(world.folder, name));
});
afterEach(() => world.dispose());

const machine = () => openMachine(world.workspace, 'default');
const folder = (name: string) => path.join(world.folder, name);
const add = async (name: string, more: Partial<ShareRequest> = {}) => addShare(world.workspace, await machine(), { path: name, readOnly: false, force: false, ...more });
const rm = async (name: string) => takeShare(world.workspace, await machine(), name);
const plain = () => ({ hostPath: folder('plain'), guestPath: folder('plain'), readOnly: false });

describe('share add', () => {
  test('keeps the folder in machine.json, at the same path unless told', async () => {
    expect(await add('plain')).toEqual({ share: plain(), change: 'added', effect: 'start' });
    await add('машина, "two"', { at: '/c/Users/x/', readOnly: true });
    expect((await world.record()).shares).toEqual([{ hostPath: folder('машина, "two"'), guestPath: '/c/Users/x', readOnly: true }, plain()]);
  });

  test('again changes nothing; with other access it changes that', async () => {
    await add('plain');
    expect((await add('plain')).change).toBe('same');
    expect(await add('plain', { readOnly: true })).toMatchObject({ change: 'changed', share: { readOnly: true } });
    expect((await world.record()).shares).toEqual([{ ...plain(), readOnly: true }]);
    const owner = { uid: 33, gid: 1000 };
    expect((await add('plain', { readOnly: true, owner })).change).toBe('changed');
    expect((await add('plain', { readOnly: true, owner: { ...owner } })).change).toBe('same');
    expect((await world.record()).shares).toEqual([{ ...plain(), readOnly: true, owner }]);
  });

  test('refuses a place that another folder has, B2D_HOME, and what is no folder; machine.json stays', async () => {
    await add('plain');
    const before = await fs.readFile(world.paths.record);
    await expect(add('машина, "two"', { at: folder('plain') })).rejects.toMatchObject({ exit: 'usage', remedy: expect.arrayContaining([expect.stringContaining('share rm')]) });
    await expect(add(world.workspace.home, { force: true })).rejects.toMatchObject({ exit: 'usage' });
    await expect(add(world.folder)).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining('--force') });
    await expect(add('image.iso')).rejects.toMatchObject({ exit: 'usage' });
    expect(await fs.readFile(world.paths.record)).toEqual(before);
  });

  test('an owner that the hypervisor cannot give is refused', async () => {
    world.driver.withoutOwners = true;
    await expect(add('plain', { owner: { uid: 0, gid: 0 } })).rejects.toMatchObject({ exit: 'unsupported' });
    expect((await world.record()).shares).toBeUndefined();
    expect(await add('plain')).toMatchObject({ change: 'added' });
  });

  test('where the hypervisor cannot: says what to do instead, and nothing is kept', async () => {
    world.driver.withoutShares = true;
    await expect(add('plain')).rejects.toMatchObject({ exit: 'unsupported', remedy: ['docker cp'] });
    expect((await world.record()).shares).toBeUndefined();
  });
});

describe('share rm', () => {
  test('finds the share by its path here or in the machine, also when the folder is gone', async () => {
    for (const [name, at] of [['plain', '/one'], ['/one', '/one'], [folder('plain'), '/one']] as const) {
      await add('plain', { at });
      expect((await rm(name)).share.guestPath).toBe('/one');
      expect((await world.record()).shares).toBeUndefined();
    }
    await add('plain', { at: '/one' });
    await fs.rmdir(folder('plain'));
    expect(await rm('plain')).toMatchObject({ share: { hostPath: folder('plain') }, effect: 'start' });
  });

  test('of what is not shared says what is', async () => {
    await add('plain');
    await expect(rm('elsewhere')).rejects.toMatchObject({ exit: 'usage', reason: expect.stringContaining(folder('plain')) });
  });
});

describe('a start', () => {
  test('offers the folders to the hypervisor and tells the guest where they belong', async () => {
    await add('plain');
    await add('машина, "two"', { at: '/two', readOnly: true });
    await world.up();
    const two = { tag: shareTag({ guestPath: '/two' }), hostPath: folder('машина, "two"'), readOnly: true };
    expect(world.driver.started?.shares).toEqual(expect.arrayContaining([{ tag: shareTag(plain()), hostPath: folder('plain'), readOnly: false }, two]));
    expect(await configDriveMember('shares')).toBe(`${shareTag(plain())}\t${folder('plain')}\t\n${two.tag}\t/two\tro\n`);
    expect(await configDriveMember('host-access')).toBe('on\n');
  });

  test.each([
    ['is gone', async () => fs.rmdir(folder('plain')), 'gone'],
    ['is a file now', async () => fs.rmdir(folder('plain')).then(() => fs.writeFile(folder('plain'), '')), 'file'],
    ['leads elsewhere now', async () => fs.rmdir(folder('plain')).then(() => fs.symlink('/etc', folder('plain'))), '/etc'],
  ])('goes on without a folder that %s, and says so', async (_, happen, reason) => {
    await add('plain');
    await happen();
    expect((await world.up()).way).toBe('booted');
    expect(world.driver.started?.shares).toEqual([]);
    expect(world.notes).toContainEqual(expect.stringMatching(new RegExp(`${path.basename(folder('plain'))}.*${reason}.*share rm`)));
    expect((await world.record()).shares).toHaveLength(1);
  });

  test('whose guest cannot be asked says so and succeeds', async () => {
    await add('plain');
    await world.up(); // its guest is a TLS server: nobody answers SSH
    expect(world.notes).toContainEqual(expect.stringContaining('could not be found out'));
  });

  test('without access to the host tells hypervisor and guest', async () => {
    await world.up({ hostAccess: false });
    expect(world.driver.started?.hostAccess).toBe(false);
    expect(await configDriveMember('host-access')).toBe('off\n');
    expect((await world.record()).hostAccess).toBe(false);
  });
});

test('--share-home shares the home folder, with B2D_HOME hidden in it', async () => {
  const workspace = { ...world.workspace, platform: { ...world.workspace.platform, homeDir: world.folder } };
  const { changed } = await ensureMachine(workspace, 'default', { ...world.settings, shareHome: true });
  expect(changed).toEqual(['shares']);
  expect((await world.record()).shares).toEqual([{ hostPath: world.folder, guestPath: world.folder, readOnly: false }]);
  await world.up();
  expect((await guestFiles(workspace, await machine()))['shares']).toBe(`${shareTag({ guestPath: world.folder })}\t${world.folder}\t\nhide\t${world.folder}/home\t\n`);
  world.driver.withoutShares = true;
  await expect(ensureMachine(workspace, 'other', { ...world.settings, shareHome: true })).rejects.toMatchObject({ exit: 'unsupported' });
});

test('share list tells what became of each', async () => {
  await add('plain');
  await add('машина, "two"');
  await fs.rmdir(folder('plain'));
  expect((await listShares(world.workspace, await machine())).map(({ state }) => state)).toEqual(['missing', 'off']);
});

/** What the guest is given under that name. */
async function configDriveMember(wanted: string): Promise<string | undefined> {
  const reader = extract();
  reader.end(await fs.readFile(world.paths.configDrive));
  let found: string | undefined;
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    if (entry.header.name === wanted) found = Buffer.concat(chunks).toString();
  }
  return found;
}
