import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { MachineState } from '../../../src/drivers/driver.ts';
import { fetchImage, labelOf } from '../../../src/machine/image.ts';
import { down } from '../../../src/machine/down.ts';
import { openMachine } from '../../../src/machine/machine.ts';
import { writeRecord, type MachineRecord } from '../../../src/machine/record.ts';
import { rollBack, upgrade, type UpgradeResult } from '../../../src/machine/upgrade.ts';
import { digestOf } from '../../support/download.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { tinyIso } from '../../support/iso.ts';

const OLD = digestOf(tinyIso());
const PANIC = 'Kernel panic - not syncing: no init\n';

let world: FakeWorld;
beforeEach(async () => {
  world = await FakeWorld.create();
  await world.initWithRarePorts();
});
afterEach(() => world.dispose());

/** An image file that says this of itself; its digest. */
async function image(version: string, data = 'data 1 overlay2'): Promise<{ file: string; sha256: string }> {
  const content = tinyIso({ application: `b2d ${version} amd64 docker 28.0.0 ${data}` });
  const file = path.join(world.folder, `${version}.iso`);
  await fs.writeFile(file, content);
  return { file, sha256: digestOf(content) };
}

const asked: string[] = [];
const options = (answer = true) => ({ confirm: async (question: string) => { asked.push(question); return answer; }, settings: world.settings });
beforeEach(() => { asked.length = 0; });

const machine = () => openMachine(world.workspace, 'default');

async function upgradeTo(file: string, answer = true): Promise<UpgradeResult> {
  const fetched = await fetchImage(world.workspace, file);
  return upgrade(world.workspace, await machine(), { image: fetched.image, source: labelOf(fetched.source) }, options(answer));
}

const back = async (): Promise<UpgradeResult> => rollBack(world.workspace, await machine(), options());

/** What b2d would find that was killed after it had written this. */
async function leave(change: Partial<MachineRecord>): Promise<void> {
  await writeRecord(world.paths.record, { ...(await world.record()), ...change });
}

describe('a machine that runs', () => {
  beforeEach(async () => { await world.up(); });

  test('gets the new image, and what it leaves on the disk is recorded', async () => {
    expect((await world.record()).data).toEqual({ format: 1, storageDriver: 'overlay2', engine: '28.0.0-test' });
    const next = await image('2.0.0', 'data 2 overlay2,vfs');
    expect(await upgradeTo(next.file)).toMatchObject({ changed: true, running: true, from: { sha256: OLD }, to: { sha256: next.sha256, version: '2.0.0', source: next.file } });
    expect(world.driver.booted).toEqual([OLD, next.sha256]);
    expect(world.driver.state_).toBe('running');
    expect(await world.record()).toMatchObject({ image: { sha256: next.sha256 }, previousImage: { sha256: OLD }, data: { format: 2 } });
    expect(await world.record()).not.toHaveProperty('trial');
    expect(asked).toEqual([expect.stringContaining('is running')]);
  });

  test('is left alone without a yes', async () => {
    const before = await world.record();
    await expect(upgradeTo((await image('2.0.0')).file, false)).rejects.toMatchObject({ exit: 'declined' });
    expect(await world.record()).toEqual(before);
    expect(world.driver.state_).toBe('running');
  });

  test('is left alone by the image it has', async () => {
    expect(await upgradeTo(path.join(world.folder, 'image.iso'))).toMatchObject({ changed: false });
    expect(world.driver.booted).toEqual([OLD]);
  });

  test.each([
    ['its engine cannot start', 'b2d: 4.00 error: dockerd ended 6 times within 60 s and stays down\n', 'dockerd ended 6 times'],
    ['its kernel panics again and again', PANIC.repeat(2), 'no init'],
  ])('is back on the old image when with the new one %s', async (_, console, reason) => {
    const next = await image('2.0.0');
    world.driver.broken.set(next.sha256, console);
    await expect(upgradeTo(next.file)).rejects.toMatchObject({ exit: 'notReady', message: expect.stringMatching(/2\.0\.0 .* back on b2d 9\.9\.9 .* runs/), reason: expect.stringContaining(reason) });
    expect(world.driver.booted).toEqual([OLD, next.sha256, OLD]);
    expect(world.driver.state_).toBe('running');
    expect(await world.record()).toMatchObject({ image: { sha256: OLD } });
    for (const key of ['trial', 'previousImage']) expect(await world.record()).not.toHaveProperty(key);
  });

  test('goes back by hand and forward again', async () => {
    const next = await image('2.0.0');
    await upgradeTo(next.file);
    expect(await back()).toMatchObject({ to: { sha256: OLD }, running: true });
    expect(await back()).toMatchObject({ to: { sha256: next.sha256 }, running: true });
    expect(world.driver.booted).toEqual([OLD, next.sha256, OLD, next.sha256]);
  });

  test('does not go back to an image that cannot read what the newer one wrote', async () => {
    await upgradeTo((await image('2.0.0', 'data 2 overlay2')).file);
    await expect(back()).rejects.toMatchObject({ exit: 'unsupported', reason: expect.stringContaining('format 2') });
    expect(world.driver.state_).toBe('running');
  });

  test.each([
    ['lower format', 'data 0 overlay2', 'format 1'],
    ['other storage drivers', 'data 1 btrfs,zfs', 'overlay2'],
    ['no word about data', '', 'does not say'],
  ])('does not get an image of %s', async (_, data, reason) => {
    const before = await world.record();
    await expect(upgradeTo((await image('2.0.0', data)).file)).rejects.toMatchObject({ exit: 'unsupported', reason: expect.stringContaining(reason) });
    expect(await world.record()).toEqual(before);
    expect(world.driver.calls).not.toContain('shutdown');
  });

  test('has nothing to go back to at first', async () => {
    await expect(back()).rejects.toMatchObject({ exit: 'usage' });
  });
});

test.each<[MachineState, boolean]>([['paused', true], ['saved', true], ['stopped', false], ['crashed', false]])('a machine that is %s is tried with the new image; it runs afterwards: %s', async (state, running) => {
  await world.up();
  await world.driver.off(state);
  const next = await image('2.0.0');
  expect(await upgradeTo(next.file)).toMatchObject({ changed: true, running });
  expect(world.driver.booted.at(-1)).toBe(next.sha256);
  expect(world.driver.state_).toBe(running ? 'running' : 'stopped');
  expect(asked).toHaveLength(running ? 1 : 0);
});

test('a machine that is off is off again after an image that failed', async () => {
  await world.up();
  await down(world.workspace, await machine());
  const next = await image('2.0.0');
  world.driver.broken.set(next.sha256, PANIC.repeat(2));
  await expect(upgradeTo(next.file)).rejects.toMatchObject({ exit: 'notReady', message: expect.not.stringContaining('runs') });
  expect(world.driver.state_).toBe('stopped');
  expect((await world.record()).image.sha256).toBe(OLD);
});

test('a machine that was never started has its trial at its first start', async () => {
  const next = await image('2.0.0');
  world.driver.broken.set(next.sha256, PANIC.repeat(2));
  expect(await upgradeTo(next.file)).toMatchObject({ changed: true, running: false });
  expect(world.driver.booted).toEqual([]);
  expect(await world.up()).toMatchObject({ goneBack: { from: { sha256: next.sha256 }, to: { sha256: OLD } } });
  expect(world.driver.state_).toBe('running');
});

describe('after an upgrade that was killed in its trial', () => {
  let next: { file: string; sha256: string };
  beforeEach(async () => {
    await world.up();
    await down(world.workspace, await machine());
    next = await image('2.0.0');
    const { image: fetched } = await fetchImage(world.workspace, next.file);
    const { image: old } = await world.record();
    await leave({ image: { ...fetched, source: next.file }, previousImage: old, trial: true });
  });

  test('up ends the trial', async () => {
    expect(await world.up()).not.toHaveProperty('goneBack');
    expect(await world.record()).toMatchObject({ image: { sha256: next.sha256 } });
    expect(await world.record()).not.toHaveProperty('trial');
  });

  test('up goes back where it fails, whatever image a variable asks for', async () => {
    world.driver.broken.set(next.sha256, PANIC.repeat(2));
    expect(await world.up({ iso: next.file, memoryMiB: 2048 })).toMatchObject({ goneBack: { to: { sha256: OLD } }, machine: { record: { memoryMiB: 2048 } } });
    expect(world.driver.booted.at(-1)).toBe(OLD);
  });

  test('upgrade to the same image goes on', async () => {
    expect(await upgradeTo(next.file)).toMatchObject({ changed: true, from: { sha256: OLD }, to: { sha256: next.sha256 } });
    expect(await world.record()).toMatchObject({ previousImage: { sha256: OLD } });
  });

  test('upgrade to a third image goes back to the first, not to the one that never proved itself', async () => {
    const third = await image('3.0.0');
    world.driver.broken.set(third.sha256, PANIC.repeat(2));
    await expect(upgradeTo(third.file)).rejects.toMatchObject({ exit: 'notReady' });
    expect(world.driver.booted.at(-1)).toBe(OLD);
  });
});
