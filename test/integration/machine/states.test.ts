import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { MachineState } from '../../../src/drivers/driver.ts';
import { B2dError } from '../../../src/errors.ts';
import { deleteMachine } from '../../../src/machine/delete.ts';
import { down } from '../../../src/machine/down.ts';
import { machineInfo } from '../../../src/machine/info.ts';
import { kill } from '../../../src/machine/kill.ts';
import { openMachine, type Machine } from '../../../src/machine/machine.ts';
import { restart } from '../../../src/machine/restart.ts';
import { runningMachine } from '../../../src/machine/running.ts';
import { deleteSnapshot, restoreSnapshot, saveSnapshot } from '../../../src/machine/snapshots.ts';
import { machineStatus } from '../../../src/machine/status.ts';
import { suspend } from '../../../src/machine/suspend.ts';
import { FakeDriver } from '../../support/fake-driver.ts';
import { FakeWorld } from '../../support/fake-world.ts';

let world: FakeWorld;
let driver: FakeDriver;
beforeEach(async () => {
  world = await FakeWorld.create();
  ({ driver } = world);
});
afterEach(() => world.dispose());

const machine = (): Promise<Machine> => openMachine(world.workspace, 'default');
const commands = {
  up: () => world.up(),
  down: async () => down(world.workspace, await machine()),
  restart: () => restart(world.workspace, 'default', world.settings),
  suspend: async () => suspend(world.workspace, await machine()),
  kill: async () => kill(world.workspace, await machine()),
  delete: async () => deleteMachine(world.workspace, await machine()),
  'snapshot save': async () => saveSnapshot(world.workspace, await machine(), 'new'),
  'snapshot restore': async () => restoreSnapshot(world.workspace, await machine(), 'old'),
  'snapshot delete': async () => deleteSnapshot(world.workspace, await machine(), 'old'),
};
type Command = keyof typeof commands;

/** A machine that was made and started once, and is now found in this state. */
async function found(state: MachineState, next?: MachineState): Promise<void> {
  await world.initWithRarePorts();
  await world.up();
  if (!['running', 'starting', 'unknown'].includes(state)) await driver.off(state);
  driver.state_ = state;
  if (next !== undefined) driver.follows[state] = next;
  driver.snapshots = [{ name: 'old', createdAt: '2026-01-01T00:00:00.000Z', memory: false }];
  driver.calls.length = 0;
}

/** What the command asked of the hypervisor and which state it left, or the name of its exit code. */
async function outcome(command: Command): Promise<string> {
  try {
    await commands[command]();
  } catch (error) {
    if (!(error instanceof B2dError)) throw error;
    return [...driver.calls, `error ${error.exit}`].join(' ');
  }
  return [...driver.calls, '->', driver.state_].join(' ');
}

const boot = 'create resize start -> running';
const refused = 'error hypervisorFailed';
/** `state` as it is while a snapshot is saved and deleted, and after one was restored. */
const snapshots = (state: MachineState, restored = 'snapshotRestore -> stopped') => ({ 'snapshot save': `snapshotSave -> ${state}`, 'snapshot restore': restored, 'snapshot delete': `snapshotDelete -> ${state}` });
const noSnapshots = (error: string) => ({ 'snapshot save': error, 'snapshot restore': error, 'snapshot delete': error });
const table: [MachineState, MachineState | undefined, Record<Command, string>][] = [
  ['absent', undefined, { up: boot, down: '-> absent', restart: boot, suspend: '-> absent', kill: 'powerOff -> absent', delete: 'powerOff destroy -> absent', ...noSnapshots('error machineNotRunning') }],
  ['stopped', undefined, { up: boot, down: '-> stopped', restart: boot, suspend: '-> stopped', kill: 'powerOff -> stopped', delete: 'powerOff destroy -> stopped', ...snapshots('stopped') }],
  ['crashed', undefined, { up: boot, down: '-> crashed', restart: boot, suspend: '-> crashed', kill: 'powerOff -> stopped', delete: 'powerOff destroy -> stopped', ...snapshots('crashed') }],
  ['starting', 'running', { up: '-> running', down: 'shutdown -> stopped', restart: `shutdown ${boot}`, suspend: 'suspend -> saved', kill: 'powerOff -> stopped', delete: 'powerOff destroy -> stopped', ...snapshots('running', 'error busy') }],
  ['running', undefined, { up: '-> running', down: 'shutdown -> stopped', restart: `shutdown ${boot}`, suspend: 'suspend -> saved', kill: 'powerOff -> stopped', delete: 'powerOff destroy -> stopped', ...snapshots('running', 'error busy') }],
  ['paused', undefined, { up: 'start -> running', down: 'start shutdown -> stopped', restart: `start shutdown ${boot}`, suspend: 'suspend -> saved', kill: 'powerOff -> stopped', delete: 'powerOff destroy -> stopped', ...snapshots('paused', 'error busy') }],
  ['saved', undefined, { up: 'start -> running', down: '-> saved', restart: `start shutdown ${boot}`, suspend: '-> saved', kill: 'discardSavedState powerOff -> stopped', delete: 'powerOff destroy -> stopped', ...snapshots('saved') }],
  ['stopping', 'stopped', { up: boot, down: '-> stopped', restart: boot, suspend: '-> stopped', kill: 'powerOff -> stopped', delete: 'powerOff destroy -> stopped', ...snapshots('stopped') }],
  ['stopping', 'saved', { up: 'start -> running', down: '-> saved', restart: `start shutdown ${boot}`, suspend: '-> saved', kill: 'powerOff -> stopped', delete: 'powerOff destroy -> stopped', ...snapshots('saved') }],
  ['unknown', undefined, { up: refused, down: refused, restart: refused, suspend: refused, kill: 'powerOff -> stopped', delete: refused, ...noSnapshots(refused) }],
];

describe.each(table)('a machine that is %s (and then %s)', (state, next, expected) => {
  test.each(Object.keys(commands) as Command[])('%s', async (command) => {
    await found(state, next);
    expect(await outcome(command)).toBe(expected[command]);
    expect(await fs.readdir(path.join(world.workspace.home, 'machines'))).toEqual(command === 'delete' && expected.delete !== refused ? [] : ['default']);
  });

  test('status and info tell it; what needs the engine says that it does not run', async () => {
    await found(state);
    driver.detail = 'As the hypervisor says.';
    expect(await machineStatus(await machine())).toMatchObject({ state, detail: 'As the hypervisor says.' });
    expect(await machineInfo(world.workspace, await machine())).toMatchObject({ state, detail: 'As the hypervisor says.' });
    if (state === 'running') expect((await runningMachine(await machine())).record.name).toBe('default');
    else await expect(machine().then(runningMachine)).rejects.toMatchObject({ exit: 'machineNotRunning', message: expect.stringContaining(state), reason: 'As the hypervisor says.' });
  });
});

test('docs/states.md has a row for each state and a column for each command', async () => {
  const rows = (await fs.readFile(path.resolve('docs/states.md'), 'utf8')).split('\n').filter((line) => line.startsWith('| ')).map((line) => line.split('|').map((cell) => cell.trim()));
  const headers = rows.filter(([, first]) => first === 'state');
  expect(headers.flat()).toEqual(expect.arrayContaining(Object.keys(commands).map((command) => `\`${command}\``)));
  for (const header of headers) {
    const below = rows.slice(rows.indexOf(header) + 1);
    const own = below.slice(0, below.findIndex(([, first]) => first === 'state') + 1 || undefined);
    const states = own.flatMap(([, first]) => [...(first ?? '').matchAll(/`(\w+)`/g)].map(([, state]) => state));
    expect(new Set(states)).toEqual(new Set(table.map(([state]) => state)));
  }
});

test('down of a machine that goes off just before its button is pressed is done; another error is told', async () => {
  await found('running');
  driver.shutdown = async () => { throw new B2dError('The hypervisor failed.', { exit: 'hypervisorFailed' }); };
  await expect(commands.down()).rejects.toMatchObject({ exit: 'hypervisorFailed' });
  driver.shutdown = async () => {
    await driver.off();
    throw new B2dError('The machine is not running.', { exit: 'machineNotRunning' });
  };
  expect(await commands.down()).toEqual({ acted: true, state: 'stopped' });
});

describe('a saved state that cannot be read', () => {
  beforeEach(async () => {
    await found('saved');
    driver.unreadable = 'It was saved by version 6.1.';
  });

  test('is kept, and up says how to go back or give it up', async () => {
    await expect(world.up()).rejects.toMatchObject({ name: 'SavedStateError', reason: 'It was saved by version 6.1.', remedy: expect.arrayContaining([expect.stringContaining('--discard-state')]) });
    expect(driver.state_).toBe('saved');
    expect(driver.calls).toEqual(['start']);
  });

  test('is kept after a no, and thrown away after a yes', async () => {
    const asked: string[] = [];
    const answer = (yes: boolean) => ({ mayDiscard: async ({ reason }: B2dError) => { asked.push(reason ?? ''); return yes; } });
    await expect(world.up({}, answer(false))).rejects.toMatchObject({ name: 'SavedStateError' });
    expect(driver.state_).toBe('saved');
    driver.calls.length = 0;
    expect((await world.up({}, answer(true))).way).toBe('booted');
    expect(driver.calls).toEqual(['start', 'discardSavedState', 'create', 'resize', 'start']);
    expect(asked).toEqual(['It was saved by version 6.1.', 'It was saved by version 6.1.']);
  });

  test('is thrown away by --discard-state, without trying it', async () => {
    expect((await world.up({}, { discardState: true })).way).toBe('booted');
    expect(driver.calls).toEqual(['discardSavedState', 'create', 'resize', 'start']);
  });
});

test('settings changed while a machine is suspended wait for its next boot', async () => {
  await found('saved');
  expect(await world.up({ memoryMiB: 2048 })).toMatchObject({ way: 'resumed', pending: ['memoryMiB'] });
  expect((await world.record()).memoryMiB).toBe(2048);
});

test('a hypervisor that cannot suspend says so, and the machine goes on running', async () => {
  await world.dispose();
  world = await FakeWorld.create(new FakeDriver('qemu'));
  ({ driver } = world);
  await found('running');
  expect(await outcome('suspend')).toBe('suspend error unsupported');
  expect(driver.state_).toBe('running');
});

describe('the clock', () => {
  test('that is right is left alone', async () => {
    await found('saved');
    await world.up();
    expect(world.notes).toEqual([]);
  });

  test.each([-60_000, 60_000])('that is off by %d ms after a suspend and cannot be set is told', async (milliseconds) => {
    await found('saved');
    driver.clockAheadMs = milliseconds;
    await world.up();
    expect(world.notes).toEqual([expect.stringContaining('clock')]);
  });
});
