import fs from 'node:fs/promises';
import net from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { NatRule } from '../../../src/drivers/driver.ts';
import { bindFailure } from '../../../src/drivers/bind-failure.ts';
import { PortTakenError } from '../../../src/drivers/errors.ts';
import { createVirtualBoxDriver } from '../../../src/drivers/virtualbox/driver.ts';
import { freePort, rule, takenPort } from '../../support/machine.ts';
import { listenerOf, machinePool, testVirtualBox, type TestVirtualBox } from '../../support/virtualbox/machine.ts';

let virtualBox: TestVirtualBox;
const { make, cleanups, removeAll } = machinePool(() => virtualBox);

beforeAll(async () => {
  virtualBox = await testVirtualBox('ports');
});
afterEach(removeAll);
afterAll(() => virtualBox.dispose());

async function busyPort(): Promise<number> {
  const taken = await takenPort();
  cleanups.push(taken.free);
  return taken.port;
}

const byName = (rules: readonly NatRule[]): NatRule[] => [...rules].sort((a, b) => a.name.localeCompare(b.name));

test("rules given at the start are in force, under their names, on 127.0.0.1: VirtualBox's process of the machine has the ports", async () => {
  const { driver, spec } = await make();
  const rules = [rule('ssh', await freePort()), rule('docker', await freePort(), 2376), { ...rule('dns', await freePort(), 53), protocol: 'udp' as const }];
  await driver.start(spec, rules);
  expect(byName(await driver.forwards(spec))).toEqual(byName(rules));
  const { pid } = await driver.state(spec);
  for (const each of rules) {
    expect(await listenerOf(each)).toBe(pid);
    expect(await bindFailure(each)).toMatchObject({ code: 'EADDRINUSE' });
  }
});

test('rules come and go while the machine runs, and are there after a restart only when asked for', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  const { pid } = await driver.state(spec);
  const web = rule('web', await freePort(), 80);
  await driver.forward(spec, web);
  await driver.forward(spec, web);
  expect(await listenerOf(web)).toBe(pid);
  const moved = rule('web', await freePort(), 80);
  await driver.forward(spec, moved);
  expect(await driver.forwards(spec)).toEqual([moved]);
  expect([await listenerOf(web), await listenerOf(moved)]).toEqual([undefined, pid]);
  await driver.powerOff(spec);
  const other = rule('other', await freePort(), 81);
  await driver.start(spec, [other]);
  expect(await driver.forwards(spec)).toEqual([other]);
  await driver.unforward(spec, 'other');
  await driver.unforward(spec, 'other');
  expect(await driver.forwards(spec)).toEqual([]);
  expect(await listenerOf(other)).toBeUndefined();
});

test('a rule on a taken port is refused and not remembered', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await expect(driver.forward(spec, rule('web', await busyPort(), 80))).rejects.toBeInstanceOf(PortTakenError);
  expect(await driver.forwards(spec)).toEqual([]);
  expect((await virtualBox.vbox.machine(spec.uuid))?.forwards).toEqual([]);
});

test('a start on a taken port names the rule and leaves the machine off; the next, on another port, succeeds', async () => {
  const { driver, spec } = await make();
  const taken = rule('docker', await busyPort(), 2376);
  await expect(driver.start(spec, [rule('ssh', await freePort()), taken])).rejects.toMatchObject({ name: 'PortTakenError', rule: taken });
  expect((await driver.state(spec)).state).toBe('stopped');
  const free = rule('docker', await freePort(), 2376);
  await driver.start(spec, [free]);
  expect(await driver.forwards(spec)).toEqual([free]);
});

test('a port that another program takes between the check and the start is found, and the machine is off again', async () => {
  const { driver, spec } = await make();
  const { port, free } = await takenPort();
  await free();
  const taken = rule('docker', port, 2376);
  // VirtualBox starts the machine as if nothing were wrong; the port is taken right before.
  const thief = net.createServer();
  cleanups.push(() => thief.close());
  const slow = createVirtualBoxDriver({
    ...virtualBox.platform,
    run: async (file, args, options) => {
      if (args[0] === 'startvm') await new Promise<void>((resolve) => thief.listen(port, '127.0.0.1', resolve));
      return virtualBox.platform.run(file, args, options);
    },
  });
  await expect(slow.start(spec, [taken])).rejects.toMatchObject({ name: 'PortTakenError', rule: taken });
  expect((await driver.state(spec)).state).toBe('stopped');
  expect(await fs.readFile(driver.logFiles(spec)[0] as string, 'utf8')).toContain('failed to set up redirection');
});

test('a rule that lost its port is not among those in force', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  const port = await busyPort();
  await virtualBox.vbox.addForward(spec.uuid, { ...rule('web', port, 80), guestAddress: '' }, { live: true }); // VirtualBox says nothing
  expect((await virtualBox.vbox.machine(spec.uuid))?.forwards).toHaveLength(1);
  expect(await driver.forwards(spec)).toEqual([]);
});

test('start on a running machine makes the rules exactly those asked for', async () => {
  const { driver, spec } = await make();
  const [kept, gone, added] = [rule('kept', await freePort()), rule('gone', await freePort(), 80), rule('added', await freePort(), 81)];
  await driver.start(spec, [kept, gone]);
  await driver.start(spec, [kept, added]);
  expect(byName(await driver.forwards(spec))).toEqual([added, kept]);
  const exchanged = [rule('added', kept.hostPort, 81), rule('kept', added.hostPort)];
  await driver.start(spec, exchanged);
  expect(byName(await driver.forwards(spec))).toEqual(exchanged);
});

test('a paused machine goes on although a port is taken, with the others in force', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, []);
  await virtualBox.vbox.pause(spec.uuid);
  const [taken, free] = [rule('docker', await busyPort(), 2376), rule('ssh', await freePort())];
  await expect(driver.start(spec, [taken, free])).rejects.toMatchObject({ name: 'PortTakenError', rule: taken });
  expect((await driver.state(spec)).state).toBe('running');
  expect(await driver.forwards(spec)).toEqual([free]);
});

test('a suspended machine goes on with other rules; with a taken port it stays suspended', async () => {
  const { driver, spec } = await make();
  await driver.start(spec, [rule('docker', await freePort(), 2376), rule('old', await freePort(), 80)]);
  await driver.suspend(spec);
  await expect(driver.start(spec, [rule('docker', await busyPort(), 2376)])).rejects.toBeInstanceOf(PortTakenError);
  expect((await driver.state(spec)).state).toBe('saved');
  const moved = rule('docker', await freePort(), 2376);
  await driver.start(spec, [moved]);
  expect(await driver.forwards(spec)).toEqual([moved]);
  expect(await listenerOf(moved)).toBe((await driver.state(spec)).pid);
});
