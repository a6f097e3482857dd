import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { changeSettings } from '../../../src/machine/settings.ts';
import type { MachineValues } from '../../../src/config/views.ts';
import { FakeWorld } from '../../support/fake-world.ts';

let world: FakeWorld;
beforeEach(async () => {
  world = await FakeWorld.create();
  await world.initWithRarePorts();
});
afterEach(() => world.dispose());

const change = (explicit: Partial<MachineValues>, unset: string[] = []) => changeSettings(world.workspace, 'default', explicit, unset);
const GROWN = { diskMiB: 8192 };

test('what was changed is recorded, and waits for the next start', async () => {
  expect(await change({ memoryMiB: 2048, cpus: 2 })).toMatchObject({ changed: ['memoryMiB', 'cpus'], pending: ['memoryMiB', 'cpus'] });
  expect(await world.record()).toMatchObject({ memoryMiB: 2048, cpus: 2 });
  expect(await change({ memoryMiB: 2048 })).toMatchObject({ changed: [], pending: [] });
});

test('driver settings are checked, kept beside each other, and taken away', async () => {
  await change({ extra: { 'virtualbox.program': '/x' } });
  await change({ extra: { 'qemu.accel': 'tcg' } });
  expect((await world.record()).extra).toEqual({ 'virtualbox.program': '/x', 'qemu.accel': 'tcg' });
  await expect(change({ extra: { 'virtualbox.modifyvm': 'no JSON' } })).rejects.toMatchObject({ exit: 'usage' });
  await expect(change({ extra: { 'virtualbox.unknown': '1' } })).rejects.toMatchObject({ exit: 'usage' });
  expect(await change({}, ['qemu.accel', 'qemu.cpu'])).toMatchObject({ changed: ['extra'] });
  expect((await world.record()).extra).toEqual({ 'virtualbox.program': '/x' });
  expect(await change({}, ['qemu.accel'])).toMatchObject({ changed: [] });
});

test('what cannot be changed is refused, and a machine that is not there is not made', async () => {
  await expect(change({ driver: 'qemu' })).rejects.toMatchObject({ exit: 'usage' });
  await expect(change({ diskMiB: 1024 })).rejects.toMatchObject({ exit: 'usage' });
  await expect(changeSettings(world.workspace, 'other', { cpus: 2 })).rejects.toMatchObject({ exit: 'machineAbsent' });
});

describe('a larger disk', () => {
  test('is made at the first start, where there is none yet', async () => {
    expect(await change(GROWN)).toMatchObject({ changed: ['diskMiB'], pending: ['diskMiB'] });
    expect(world.driver.calls).toEqual([]);
  });

  test('grows at once while the machine is off', async () => {
    await world.up();
    await world.driver.off();
    world.driver.calls.length = 0;
    expect(await change(GROWN)).toMatchObject({ changed: ['diskMiB'], pending: [] });
    expect(world.driver.calls).toEqual(['resize']);
  });

  test('waits for the next start where the hypervisor needs the machine off, or the guest does not answer', async () => {
    await world.up();
    expect(await change(GROWN)).toMatchObject({ pending: ['diskMiB'] });
    expect(world.notes).toEqual([expect.stringContaining('new size')]);
    world.driver.cannotGrowUntil = 'off';
    expect(await change({ diskMiB: 9000 })).toMatchObject({ pending: ['diskMiB'] });
    expect(await world.record()).toMatchObject({ diskMiB: 9000 });
  });

  test('is refused where a start could not grow it either, and nothing is changed', async () => {
    await world.up();
    world.driver.cannotGrowUntil = 'no-snapshots';
    await expect(change({ ...GROWN, memoryMiB: 3000 })).rejects.toMatchObject({ exit: 'busy', message: expect.stringContaining('snapshots') });
    expect(await world.record()).toMatchObject({ diskMiB: 4096, memoryMiB: 1024 });
  });

  test('that was asked for in spite of snapshots does not keep the machine from starting', async () => {
    await world.up();
    await world.driver.off();
    world.driver.cannotGrowUntil = 'no-snapshots';
    expect((await world.up(GROWN)).way).toBe('booted');
    expect(world.notes).toEqual([expect.stringContaining('keeps its size')]);
  });
});
