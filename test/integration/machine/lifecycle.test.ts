import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { autostarterFor } from '../../../src/autostart/autostarter.ts';
import { unitText } from '../../../src/autostart/unit.ts';
import { deleteMachine } from '../../../src/machine/delete.ts';
import { engineEndpoint, openMachine } from '../../../src/machine/machine.ts';
import { up } from '../../../src/machine/up.ts';
import type { Workspace } from '../../../src/machine/workspace.ts';
import { engineVersion } from '../../../src/engine/client.ts';
import type { FakeDriver } from '../../support/fake-driver.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { until } from '../../support/machine.ts';

let world: FakeWorld;
let driver: FakeDriver;
let workspace: Workspace;

beforeEach(async () => {
  world = await FakeWorld.create();
  ({ driver, workspace } = world);
});
afterEach(() => world.dispose());

const start: FakeWorld['up'] = (...words) => world.up(...words);
const paths = () => world.paths;
const record = () => world.record();

describe('up', () => {
  test('makes the machine, starts it, and ends when its engine answers over mutual TLS', async () => {
    const { machine, way } = await start();
    expect(way).toBe('booted');
    expect([...new Set(driver.calls)]).toEqual(['create', 'start']); // a start more where a port was taken meanwhile
    expect((await engineVersion(engineEndpoint(machine))).version).toBe('28.0.0-test');
    expect(await record()).toMatchObject({ dataDiskMade: true, memoryMiB: 1024, image: { version: '9.9.9' } });
  });

  test('on a running machine starts nothing', async () => {
    await start();
    driver.calls.length = 0;
    expect((await start()).way).toBe('ran');
    expect(driver.calls).toEqual([]);
  });

  test('keeps the ports from run to run', async () => {
    await start();
    const { ports } = await record();
    await driver.off();
    await start();
    expect((await record()).ports).toEqual(ports);
  });

  test('takes other ports when a program was quicker', async () => {
    await start();
    const before = (await record()).ports;
    await driver.off();
    driver.busy.add(before.docker as number);
    await start();
    expect((await record()).ports.docker).not.toBe(before.docker);
    expect(driver.rules.map((rule) => rule.hostPort)).toEqual([(await record()).ports.docker, (await record()).ports.ssh]);
  });

  test('leaves the ports of a machine that is off to it', async () => {
    await start();
    const first = (await record()).ports;
    await driver.off();
    const other = await up(workspace, 'other', world.settings);
    expect(Object.values(other.machine.record.ports)).not.toContain(first.docker);
    expect(Object.values(other.machine.record.ports)).not.toContain(first.ssh);
  });

  test('never makes a second data disk where the first is gone', async () => {
    await start();
    await driver.off();
    await fs.rename(`${paths().dataDiskBase}.fake`, path.join(world.folder, 'elsewhere'));
    await expect(start()).rejects.toMatchObject({ exit: 'storage', message: expect.stringContaining('data disk') });
    expect(await driver.dataDisk((await openMachine(workspace, 'default')).spec)).toBeUndefined();
  });

  test('goes on with a paused machine, and starts a crashed one', async () => {
    await start();
    driver.state_ = 'paused';
    await start();
    expect(driver.state_).toBe('running');
    await driver.off('crashed');
    expect((await start()).way).toBe('booted');
  });

  test('does not guess when the hypervisor does not answer', async () => {
    await start();
    driver.state_ = 'unknown';
    await expect(start()).rejects.toMatchObject({ exit: 'hypervisorFailed', remedy: expect.arrayContaining([expect.stringContaining('b2d kill')]) });
  });

  test('ends early, with the guest\'s own words, when the guest cannot start its engine', async () => {
    driver.console = 'b2d: 0.10 init\nb2d: 2.00 error: the disk /dev/vda holds foreign data: no engine is started\n';
    await expect(start()).rejects.toMatchObject({ exit: 'notReady', reason: expect.stringContaining('foreign data'), details: expect.arrayContaining([expect.stringContaining('0.10 init')]) });
  });

  test('gives up at its deadline with the last console lines', async () => {
    driver.console = 'b2d: 0.10 init\n\u001b[31mlast words\u001b[0m\r\n';
    workspace.readyTimeoutMs = 1_500;
    await expect(start()).rejects.toMatchObject({ exit: 'notReady', reason: expect.stringContaining('2 seconds'), details: expect.arrayContaining(['  last words']) });
  });

  test('does not wait for an engine that it cannot speak to: a client certificate was removed', async () => {
    await start();
    await fs.rm(path.join(paths().docker, 'cert.pem'));
    await expect(start()).rejects.toMatchObject({ exit: 'stateUnreadable', message: expect.stringContaining('cert.pem') });
  });

  test('gives up at once when the machine goes off while it starts', async () => {
    driver.console = 'b2d: 0.10 init\n';
    const givenUp = expect(start()).rejects.toMatchObject({ exit: 'notReady', reason: expect.stringContaining('went off') });
    await until(async () => driver.state_ === 'running', 'the machine to run');
    driver.state_ = 'stopped';
    await givenUp;
  });
});

describe('settings of a machine that is there', () => {
  test('change when they are asked for, and only then', async () => {
    await start();
    expect((await start({ memoryMiB: 2048 })).pending).toEqual(['memoryMiB']);
    expect(await record()).toMatchObject({ memoryMiB: 2048, cpus: 1 });
    world.settings.forNew.memoryMiB = 512;
    await start();
    expect((await record()).memoryMiB).toBe(2048);
  });

  test('a smaller disk and another driver are refused, and nothing changes', async () => {
    await start();
    const before = await record();
    await expect(start({ diskMiB: 2048, memoryMiB: 3000 })).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining('cannot become smaller') });
    await expect(start({ driver: 'qemu' })).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining('driver') });
    expect(await record()).toEqual(before);
  });

  test('a larger disk is grown before the next start', async () => {
    await start();
    await driver.off();
    driver.calls.length = 0;
    await start({ diskMiB: 8192 });
    expect(driver.calls).toEqual(['create', 'resize', 'start']);
  });
});

describe('delete', () => {
  test('leaves nothing of the machine but the shared image', async () => {
    const { machine } = await start();
    await deleteMachine(workspace, machine);
    expect(await fs.readdir(path.join(workspace.home, 'machines'))).toEqual([]);
    expect((await fs.readdir(path.join(workspace.home, 'images'))).filter((name) => name !== 'locks')).toHaveLength(2);
    await expect(openMachine(workspace, 'default')).rejects.toMatchObject({ exit: 'machineAbsent' });
  });

  test('takes what starts the machine at login along, and its log', async () => {
    const { machine } = await start();
    const { platform, home } = workspace;
    const { where } = autostarterFor(platform);
    const program = path.join(workspace.packageRoot, 'at-login.js');
    await fs.mkdir(path.dirname(where('default')), { recursive: true });
    for (const name of ['default', 'other']) await fs.writeFile(where(name), unitText(platform, { machine: name, home, node: '/n', program, path: '', log: '' }));
    await fs.writeFile(paths().loginLog, '');
    expect(await deleteMachine(workspace, machine)).toEqual([]);
    expect(await fs.readdir(path.dirname(where('default')))).toEqual([path.basename(where('other'))]);
    expect(world.notes.join()).not.toContain('login');
  });

  test('leaves and names what b2d did not make', async () => {
    const { machine } = await start();
    await fs.writeFile(path.join(paths().directory, 'notes.txt'), 'mine');
    expect(await deleteMachine(workspace, machine)).toEqual(['notes.txt']);
    expect(await fs.readdir(paths().directory)).toEqual(['notes.txt']);
    await expect(openMachine(workspace, 'default')).rejects.toMatchObject({ exit: 'machineAbsent' });
    expect((await start()).way).toBe('booted'); // the folder is no obstacle to the next machine
  });
});

test('init tells --debug why it chose a driver', async () => {
  await start();
  expect(world.debug).toEqual(['driver virtualbox: usable']);
});
