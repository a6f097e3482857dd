import fs from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { engineVersion } from '../../../src/engine/client.ts';
import { engineEndpoint, openMachine } from '../../../src/machine/machine.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { ensureTls } from '../../../src/tls/ensure.ts';
import type { NatRule } from '../../../src/drivers/driver.ts';
import type { FakeDriver } from '../../support/fake-driver.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { startEngine } from '../../support/tls-engine.ts';

let world: FakeWorld;
let driver: FakeDriver;
const cleanups: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  world = await FakeWorld.create();
  ({ driver } = world);
  await world.initWithRarePorts();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  await world.dispose();
});

/** Another program on that port of 127.0.0.1. */
async function occupy(server: net.Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => { server.close(resolve); (server as Partial<http.Server>).closeAllConnections?.(); }));
}

const ports = async () => (await world.record()).ports as { docker: number; ssh: number };
const hostPorts = () => Object.fromEntries(driver.rules.map(({ name, hostPort }) => [name, hostPort]));
const knownHosts = () => fs.readFile(path.join(world.paths.directory, 'ssh', 'known_hosts'), 'utf8');
const answers = async () => (await engineVersion(engineEndpoint(await openMachine(world.workspace, 'default')))).version;

describe('up on a machine that runs', () => {
  test.each(['docker', 'ssh'])('puts a missing rule "%s" back on its port', async (name) => {
    await world.up();
    const before = await ports();
    await driver.unforward((await openMachine(world.workspace, 'default')).spec, name);
    expect((await world.up()).way).toBe('ran');
    expect(hostPorts()).toEqual(before);
    expect(await ports()).toEqual(before);
    expect(await answers()).toBe('28.0.0-test');
  });

  test('corrects a rule of its own that leads elsewhere, and leaves those of others', async () => {
    await world.up();
    const mine: NatRule = { name: 'web', protocol: 'tcp', hostAddress: '0.0.0.0', hostPort: 8080, guestPort: 80 };
    driver.rules = [...driver.rules.map((rule) => (rule.name === 'ssh' ? { ...rule, guestPort: 23 } : rule)), mine];
    await world.up();
    expect(driver.rules).toContainEqual({ name: 'ssh', protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: (await ports()).ssh, guestPort: 22 });
    expect(driver.rules).toContainEqual(mine);
    expect(driver.rules).toHaveLength(3);
  });

  test('takes another port where the recorded one is gone to another program, and the pinned key moves with it', async () => {
    await world.up();
    const before = await ports();
    await driver.unforward((await openMachine(world.workspace, 'default')).spec, 'ssh');
    await occupy(net.createServer(), before.ssh);
    await world.up();
    const { docker, ssh } = await ports();
    expect([docker, ssh === before.ssh]).toEqual([before.docker, false]);
    expect(hostPorts()).toEqual({ docker, ssh });
    expect(await knownHosts()).toContain(`[127.0.0.1]:${ssh},`);
  });

  test('takes yet another when a program is quicker than the hypervisor', async () => {
    await world.up();
    const before = await ports();
    await driver.unforward((await openMachine(world.workspace, 'default')).spec, 'docker');
    driver.busy.add(before.docker);
    await world.up();
    expect((await ports()).docker).not.toBe(before.docker);
    expect(hostPorts()).toEqual(await ports());
    expect(await answers()).toBe('28.0.0-test');
  });
});

describe('a machine that goes on', () => {
  test('after a suspend takes other ports where its own have gone', async () => {
    await world.up();
    const before = await ports();
    await driver.suspend();
    await occupy(net.createServer(), before.docker);
    expect((await world.up()).way).toBe('resumed');
    expect((await ports()).docker).not.toBe(before.docker);
    expect((await ports()).ssh).toBe(before.ssh);
    expect(await answers()).toBe('28.0.0-test');
  });

  test.each(['paused', 'saved'] as const)('from %s without one of its rules gets it on another port', async (state) => {
    await world.up();
    const before = await ports();
    await driver.off(state);
    driver.busy.add(before.docker);
    expect((await world.up()).way).toBe('resumed');
    expect(hostPorts()).toEqual(await ports());
    expect((await ports()).docker).not.toBe(before.docker);
    expect((await ports()).ssh).toBe(before.ssh);
    expect(await answers()).toBe('28.0.0-test');
  });
});

describe('another program that answers on the docker port, while the hypervisor believes to have it', () => {
  /** From now on the driver starts the machine in the belief that the stranger's port is its own. */
  function strangerAt(start: (port: number) => Promise<unknown>, onlyOnce = true): void {
    for (const method of ['start', 'forward'] as const) {
      const original = driver[method].bind(driver) as (...words: unknown[]) => Promise<void>;
      driver[method] = async (spec: unknown, rules: unknown) => {
        const port = [rules as NatRule | NatRule[]].flat().find(({ name }) => name === 'docker')?.hostPort;
        if (port !== undefined && (driver.silentlyBusy.size === 0 || !onlyOnce)) {
          driver.silentlyBusy.add(port);
          await start(port);
        }
        return original(spec, rules);
      };
    }
  }
  const web = (port: number) => occupy(http.createServer((_, response) => response.end('hello')), port);

  test('in plain HTTP is found out, and the engine gets another port', async () => {
    strangerAt(web);
    await world.up();
    expect([...driver.silentlyBusy]).not.toContain((await ports()).docker);
    expect(world.notes).toEqual([expect.stringContaining('does not speak TLS')]);
    expect(await answers()).toBe('28.0.0-test');
  });

  test('over TLS with another authority is found out too', async () => {
    strangerAt(async (port) => {
      const { paths } = await ensureTls(hostPlatform(), path.join(world.folder, 'other'), { machineName: 'other', now: new Date() });
      const engine = await startEngine(paths, port);
      cleanups.push(() => engine.close());
    });
    await world.up();
    expect([...driver.silentlyBusy]).not.toContain((await ports()).docker);
    expect(world.notes).toEqual([expect.stringContaining('another authority')]);
  });

  test('on every port ends it, naming what answers', async () => {
    strangerAt(web, false);
    await expect(world.up()).rejects.toMatchObject({ exit: 'portTaken', reason: expect.stringContaining('does not speak TLS') });
    expect(driver.silentlyBusy.size).toBe(3);
  });
});
