import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { NatRule } from '../../../src/drivers/driver.ts';
import { followPorts, type FollowOptions } from '../../../src/machine/follow-ports.ts';
import { openMachine } from '../../../src/machine/machine.ts';
import { publishedPortsOf } from '../../../src/machine/published-ports.ts';
import { deleteMachine } from '../../../src/machine/delete.ts';
import { eventually } from '../../support/eventually.ts';
import type { FakeDriver } from '../../support/fake-driver.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { container } from '../../support/tls-engine.ts';

let world: FakeWorld;
let driver: FakeDriver;
let ending: AbortController;
let following: Promise<string>;
let log: string[];
let news: Parameters<FollowOptions['report']>[0][];
/** Milliseconds by which the forwarder's clock is ahead. */
let aheadMs: number;

const WAIT_MS = 30_000;
const WEB = container('web', [80, 'tcp', '0.0.0.0', 8080], [80, 'tcp', '::', 8080], [53, 'udp', '0.0.0.0', 5353]);
const LOCAL = container('db', [5432, 'tcp', '127.0.0.1', 5432]);

beforeEach(async () => {
  world = await FakeWorld.create();
  ({ driver } = world);
  [log, news, aheadMs] = [[], [], 0];
  ending = new AbortController();
  following = Promise.resolve('');
  await world.initWithRarePorts();
  await world.up();
});
afterEach(async () => {
  ending.abort();
  await following;
  await world.dispose();
});

/** Follows as the forwarder's process does, without waiting long for anything unless told. */
async function follow(more: Partial<FollowOptions> = {}): Promise<void> {
  const { uuid } = await world.record();
  following = followPorts({
    workspace: world.workspace, name: 'default', uuid, bind: 'loopback', signal: ending.signal, now: () => Date.now() + aheadMs,
    log: (text) => void log.push(text), report: async (entry) => void news.push(entry), timing: { gapMs: 1, lastRetryMs: 200, tickMs: 100 }, ...more,
  });
  await connected();
}
const connected = (streams = 1) => eventually(async () => expect(driver.content.streams.size).toBe(streams), WAIT_MS);
const portRules = () => driver.rules.filter(({ name }) => name.startsWith('port-')).map(({ name, hostAddress, guestPort }) => `${name} ${hostAddress} ${guestPort}`).sort();
const rulesBecome = (...wanted: string[]) => eventually(async () => expect(portRules()).toEqual(wanted.sort()), WAIT_MS);
const [TCP, UDP, DB] = ['port-tcp-8080 127.0.0.1 8080', 'port-udp-5353 127.0.0.1 5353', 'port-tcp-5432 127.0.0.1 5432'];

describe('what is published', () => {
  test('before it follows is forwarded, and comes and goes with its containers', async () => {
    driver.content.publish([WEB]);
    await follow();
    await rulesBecome(TCP, UDP);
    driver.content.publish([WEB, LOCAL]);
    await rulesBecome(TCP, UDP, DB);
    driver.content.publish([LOCAL]);
    await rulesBecome(DB);
    driver.content.publish([]);
    await rulesBecome();
    expect(driver.rules.map(({ name }) => name).sort()).toEqual(['docker', 'ssh']);
  });

  test('by a Swarm service is forwarded too', async () => {
    driver.content.services = [{ Spec: { Name: 'api' }, Endpoint: { Ports: [{ Protocol: 'tcp', TargetPort: 80, PublishedPort: 30000, PublishMode: 'ingress' }] } }];
    await follow();
    await rulesBecome('port-tcp-30000 127.0.0.1 30000');
  });

  test('on every address is bound to all where that is asked for, and 127.0.0.1 stays loopback', async () => {
    driver.content.publish([WEB, LOCAL]);
    await follow({ bind: 'all' });
    await rulesBecome(TCP.replace('127.0.0.1', '0.0.0.0'), UDP.replace('127.0.0.1', '0.0.0.0'), DB);
  });

  test("never takes the machine's own ports", async () => {
    const { ports } = await world.record();
    driver.content.publish([container('greedy', [22, 'tcp', '0.0.0.0', ports.ssh as number], [1, 'tcp', '0.0.0.0', ports.docker as number], [2, 'tcp', '0.0.0.0', 9999])]);
    await follow();
    await rulesBecome('port-tcp-9999 127.0.0.1 9999');
    const report = await publishedPortsOf(await openMachine(world.workspace, 'default'), 'loopback');
    expect(report.ports.map(({ host, reason }) => reason ?? host)).toEqual(expect.arrayContaining([expect.stringContaining('the machine itself'), expect.stringContaining('the machine itself')]));
  });
});

describe('a port that another program has', () => {
  test('is reported, keeps no other back, and is forwarded once it is free', async () => {
    driver.busy.add(8080);
    driver.content.publish([WEB]);
    await follow();
    await rulesBecome(UDP);
    await eventually(async () => expect(news.at(-1)).toEqual({ trouble: null, failures: { 'port-tcp-8080': 'Another program uses port 8080 of this computer.' } }), WAIT_MS);
    driver.busy.clear();
    await rulesBecome(TCP, UDP);
    await eventually(async () => expect(news.at(-1)).toEqual({ trouble: null, failures: {} }), WAIT_MS);
  });
});

describe('it comes back', () => {
  test('when the stream has ended', async () => {
    await follow();
    for (const stream of driver.content.streams) stream.destroy();
    driver.content.publish([WEB], { event: false });
    await rulesBecome(TCP, UDP);
    await connected();
  });

  test('when the engine was away and has another port of this computer, and leaves the rules meanwhile', async () => {
    driver.content.publish([LOCAL]);
    await follow();
    await rulesBecome(DB);
    const { spec } = await openMachine(world.workspace, 'default');
    await driver.off('running');
    await driver.unforward(spec, 'docker');
    await eventually(async () => expect(news.at(-1)?.trouble).toEqual(expect.any(String)), WAIT_MS);
    expect(portRules()).toEqual([DB]);
    driver.busy.add((await world.record()).ports.docker as number);
    await world.up();
    driver.content.publish([WEB]);
    await rulesBecome(TCP, UDP);
    expect(news.at(-1)).toEqual({ trouble: null, failures: {} });
  });

  test('after an event was missed, with a stream of its own', async () => {
    await follow({ timing: { gapMs: 1, tickMs: 100, resyncMs: 300 } });
    const [deaf] = driver.content.streams;
    driver.content.publish([WEB], { event: false });
    await rulesBecome(TCP, UDP);
    await eventually(async () => expect(driver.content.streams.has(deaf as never)).toBe(false), WAIT_MS);
    await connected();
  });

  test('when rules were taken from it, as when a paused machine goes on', async () => {
    driver.content.publish([WEB]);
    await follow({ timing: { gapMs: 1, tickMs: 100, resyncMs: 300 } });
    await rulesBecome(TCP, UDP);
    const { spec } = await openMachine(world.workspace, 'default');
    await driver.start(spec, driver.rules.filter(({ name }) => !name.startsWith('port-')));
    await rulesBecome(TCP, UDP);
  });

  test('when the computer slept', async () => {
    await follow();
    const [before] = driver.content.streams;
    driver.content.publish([WEB], { event: false });
    aheadMs = 3_600_000;
    await rulesBecome(TCP, UDP);
    await eventually(async () => expect(driver.content.streams.has(before as never)).toBe(false), WAIT_MS);
    expect(log).toContainEqual(expect.stringContaining('slept'));
  });

  test('while the machine is paused it waits', async () => {
    await follow({ timing: { gapMs: 1, tickMs: 100, resyncMs: 300, lastRetryMs: 200 } }); // this up has no forwarder, and takes its rules back
    await driver.off('paused');
    await eventually(async () => expect(news.at(-1)?.trouble).toEqual(expect.any(String)), WAIT_MS);
    driver.content.publish([WEB]);
    await world.up();
    await rulesBecome(TCP, UDP);
  });
});

describe('it ends', () => {
  test.each(['stopped', 'crashed', 'saved', 'absent'] as const)('by itself when the machine is %s', async (state) => {
    await follow();
    await driver.off(state);
    expect(await following).toBe(`The machine is ${state}.`);
  });

  test('when the machine is deleted, and when another has its name', async () => {
    await follow();
    await deleteMachine(world.workspace, await openMachine(world.workspace, 'default'));
    expect(await following).toMatch(/gone|stopped/);
    await world.up();
    expect(await followPorts({ workspace: world.workspace, name: 'default', uuid: 'another', bind: 'loopback', log: () => undefined, report: async () => undefined })).toBe('The machine is gone.');
  });
});

describe('a guest in other hands', () => {
  const oversized = `[${'{"Names":["/x"]},'.repeat(1_000_000)}{}]`;

  test.each([['no JSON', '<html>'], ['half a JSON', '[{"Ports":'], ['more than is taken', oversized]])('that answers %s changes nothing, and is heard again when it answers well', async (_, body) => {
    driver.content.publish([LOCAL]);
    await follow();
    await rulesBecome(DB);
    driver.content.publish(body);
    await eventually(async () => expect(log).toContainEqual(expect.stringMatching(/does not follow the engine: .*(JSON|too large)/)), WAIT_MS);
    expect(portRules()).toEqual([DB]);
    driver.content.publish([WEB]);
    await rulesBecome(TCP, UDP);
  });

  test('whose stream says anything at any length is only asked again', async () => {
    driver.content.publish([LOCAL]);
    await follow();
    await rulesBecome(DB);
    const before = process.memoryUsage().heapUsed;
    for (const stream of driver.content.streams) for (let part = 0; part < 200; part++) stream.write('\u0000{"Action":"start","Ports":[{"PublicPort":1}]'.repeat(2_000));
    driver.content.publish([LOCAL, WEB], { event: false });
    await rulesBecome(TCP, UDP, DB);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(500_000_000);
  });

  test('that publishes without end gets no more than its share', async () => {
    driver.content.publish([container('greedy', ...Array.from({ length: 3_000 }, (_, index): [number, string, string, number] => [80, 'tcp', '0.0.0.0', 20_000 + index]))]);
    await follow();
    await eventually(async () => expect(portRules()).toHaveLength(200), WAIT_MS);
    const ours: NatRule[] = driver.rules.filter(({ name }) => name === 'docker' || name === 'ssh');
    expect(ours).toHaveLength(2);
  });
});

test('b2d ports says so when the engine does not answer', async () => {
  await driver.off('running');
  await expect(publishedPortsOf(await openMachine(world.workspace, 'default'), 'loopback')).rejects.toMatchObject({ exit: 'notReady', reason: expect.stringContaining('ECONNREFUSED') });
});

test('b2d ports tells host and guest side, and why a port is missing', async () => {
  driver.content.publish([WEB, LOCAL, container('inner', [1, 'tcp', '172.17.0.1', 81])]);
  const report = await publishedPortsOf(await openMachine(world.workspace, 'default'), 'loopback');
  expect(report.forwarder).toEqual({ running: false });
  const missing = { host: null, reason: 'The port forwarder does not run.', retried: false };
  expect(report.ports).toEqual([
    { container: 'inner', containerPort: 1, protocol: 'tcp', address: '172.17.0.1', port: 81, host: null, reason: expect.stringContaining('172.17.0.1') },
    { container: 'web', containerPort: 53, protocol: 'udp', address: '0.0.0.0', port: 5353, ...missing },
    { container: 'db', containerPort: 5432, protocol: 'tcp', address: '127.0.0.1', port: 5432, ...missing },
    { container: 'web', containerPort: 80, protocol: 'tcp', address: '0.0.0.0', port: 8080, ...missing },
  ]);
  await follow();
  await rulesBecome(TCP, UDP, DB);
  const { ports } = await publishedPortsOf(await openMachine(world.workspace, 'default'), 'loopback');
  expect(ports.map(({ host }) => host)).toEqual([null, { address: '127.0.0.1', port: 5353 }, { address: '127.0.0.1', port: 5432 }, { address: '127.0.0.1', port: 8080 }]);
});
