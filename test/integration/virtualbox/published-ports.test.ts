import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { NatRule } from '../../../src/drivers/driver.ts';
import { planPorts, rulesOf, type Bind } from '../../../src/ports/plan.ts';
import type { PublishedPort } from '../../../src/ports/published.ts';
import { Reconciler } from '../../../src/ports/reconcile.ts';
import { freePort, rule, takenPort } from '../../support/machine.ts';
import { machinePool, testVirtualBox, type TestVirtualBox } from '../../support/virtualbox/machine.ts';

let virtualBox: TestVirtualBox;
const { make, cleanups, removeAll } = machinePool(() => virtualBox);

jest.setTimeout(600_000); // every rule takes several calls of VBoxManage, and all rules are made three times over

beforeAll(async () => { virtualBox = await testVirtualBox('published'); });
afterEach(removeAll);
afterAll(() => virtualBox.dispose());

const published = (port: number, protocol: 'tcp' | 'udp' = 'tcp'): PublishedPort => ({ container: 'web', containerPort: 80, protocol, address: '0.0.0.0', reach: 'all', port });
const wanted = (ports: PublishedPort[], bind: Bind): NatRule[] => rulesOf(planPorts(ports, { bind, own: [] }));

test("what containers publish becomes the machine's NAT rules, on the loopback or on every address, beside those that are there", async () => {
  const { driver, spec } = await make();
  const ssh = rule('ssh', await freePort());
  await driver.start(spec, [ssh]);
  const reconciler = new Reconciler({ list: () => driver.forwards(spec), add: (added) => driver.forward(spec, added), remove: (name) => driver.unforward(spec, name) });
  const becomes = async (rules: NatRule[]) => {
    await reconciler.apply(rules);
    expect(new Set(await driver.forwards(spec))).toEqual(new Set([ssh, ...rules]));
  };
  const taken = await takenPort();
  cleanups.push(taken.free);
  const ports = [published(await freePort()), published(await freePort(), 'udp')];
  await becomes(wanted(ports, 'loopback'));
  await becomes(wanted(ports, 'all'));
  await reconciler.apply(wanted([...ports, published(taken.port)], 'all'));
  expect(reconciler.failures).toMatchObject([{ reason: `Another program uses port ${taken.port} of this computer.` }]);
  await becomes(wanted(ports.slice(1), 'all'));
  await becomes([]);
});
