import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { setCurrentContext } from '../../../src/engine/docker-config.ts';
import { listRows, matches, parseFilters, type MachineRow } from '../../../src/machine/list.ts';
import { machinePaths } from '../../../src/machine/paths.ts';
import { writeRecord } from '../../../src/machine/record.ts';
import type { Driver } from '../../../src/drivers/driver.ts';
import { FakeDriver } from '../../support/fake-driver.ts';
import { FakeWorld } from '../../support/fake-world.ts';

let world: FakeWorld;
beforeEach(async () => {
  world = await FakeWorld.create();
  await world.initWithRarePorts();
});
afterEach(() => world.dispose());

const list = (timeoutMs = 60_000): Promise<MachineRow[]> => listRows(world.workspace, { timeoutMs });

/** A second machine, of the driver QEMU, which is off unless told. */
async function another(name: string, driver: Driver = new FakeDriver('qemu')): Promise<void> {
  const paths = machinePaths(world.workspace.platform, world.workspace.home, name);
  await fs.mkdir(paths.directory, { recursive: true });
  await writeRecord(paths.record, { ...(await world.record()), name, driver: 'qemu', ports: {} });
  const usual = world.workspace.driver;
  world.workspace.driver = (wanted) => (wanted === 'qemu' ? driver : usual(wanted));
}

test('shows each machine by name, with its engine where it runs', async () => {
  await another('a-second');
  await world.up();
  const { ports } = await world.record();
  expect(await list()).toEqual([
    { name: 'a-second', active: null, driver: 'qemu', state: 'stopped', url: null, docker: null, error: null },
    { name: 'default', active: null, driver: 'virtualbox', state: 'running', url: `tcp://127.0.0.1:${ports.docker}`, docker: '28.0.0-test', error: null },
  ]);
});

test('without machines there is no row', async () => {
  await fs.rm(world.paths.directory, { recursive: true });
  expect(await list()).toEqual([]);
});

test('a machine that is damaged, hangs, throws or does not answer is a row with its error', async () => {
  await world.up();
  await another('broken');
  await fs.writeFile(machinePaths(world.workspace.platform, world.workspace.home, 'broken').record, '{"version": 1, "na');
  const hanging = Object.assign(new FakeDriver('qemu'), { state: () => new Promise<never>(() => undefined) });
  await another('hanging', hanging);
  await world.driver.off('running'); // its engine is gone
  expect(await list(3_000)).toEqual([
    expect.objectContaining({ name: 'broken', state: 'error', driver: null, error: expect.stringContaining('machine.json cannot be read') }),
    expect.objectContaining({ name: 'default', state: 'running', docker: null, error: expect.stringContaining('The engine does not answer') }),
    expect.objectContaining({ name: 'hanging', state: 'timeout', driver: 'qemu', error: 'No answer within 3 seconds.' }),
  ]);
  hanging.state = async () => { throw new Error('no hypervisor'); };
  expect((await list()).at(-1)).toMatchObject({ name: 'hanging', state: 'error', error: 'no hypervisor' });
});

test('the active one is that of DOCKER_HOST, else that of the current context', async () => {
  world.workspace.dockerContext = true;
  await world.up();
  const active = async (env: NodeJS.ProcessEnv = {}) => {
    world.workspace.platform = { ...world.workspace.platform, env };
    return (await list())[0]?.active;
  };
  expect(await active()).toBeNull();
  await setCurrentContext(world.workspace.platform, 'b2d');
  expect(await active()).toBe('context');
  expect(await active({ DOCKER_HOST: 'unix:///var/run/docker.sock' })).toBeNull();
  expect(await active({ DOCKER_HOST: `tcp://127.0.0.1:${(await world.record()).ports.docker}`, DOCKER_CONTEXT: 'x' })).toBe('environment');
  expect(await active({ DOCKER_CONTEXT: 'x' })).toBeNull();
  expect(await active({ DOCKER_CONFIG: path.join(world.folder, 'none') })).toBeNull();
});

describe('filters', () => {
  const row: MachineRow = { name: 'dev-1', active: null, driver: 'qemu', state: 'running', url: null, docker: null, error: null };
  test.each([
    [[], true], [['state=running'], true], [['state=Stopped'], false], [['state=stopped', 'state=running'], true], [['driver=qemu', 'state=stopped'], false],
    [['name=^dev'], true], [['name=^default$'], false], [['active=true'], false], [['active=false'], true],
  ])('%j', (words, shown) => expect(matches(row, parseFilters(words))).toBe(shown));

  test.each(['state', 'state=', 'colour=red', 'name=['])('%j is refused', (word) => {
    expect(() => parseFilters([word])).toThrow(expect.objectContaining({ exit: 'usage', message: expect.stringContaining(word.replace('name=', '')) }));
  });
});
