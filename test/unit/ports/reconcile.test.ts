import { beforeEach, describe, expect, test } from '@jest/globals';
import type { NatRule } from '../../../src/drivers/driver.ts';
import { PortTakenError } from '../../../src/drivers/errors.ts';
import { Reconciler } from '../../../src/ports/reconcile.ts';

const rule = (port: number, more: Partial<NatRule> = {}): NatRule => ({ name: `port-tcp-${port}`, protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: port, guestPort: port, ...more });
const docker: NatRule = { name: 'docker', protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 2376, guestPort: 2376 };
const web: NatRule = { ...docker, name: 'web', hostPort: 9000, guestPort: 90 };

let rules: NatRule[];
let calls: string[];
let log: string[];
let now: number;
let busy: Map<number, unknown>;
let reconciler: Reconciler;

beforeEach(() => {
  [rules, calls, log, now, busy] = [[docker, web], [], [], 0, new Map()];
  reconciler = new Reconciler({
    list: async () => [...rules],
    async add(added) {
      calls.push(`add ${added.name}`);
      if (busy.has(added.hostPort)) throw new PortTakenError(added, busy.get(added.hostPort));
      rules.push(added);
    },
    async remove(name) {
      calls.push(`remove ${name}`);
      rules = rules.filter((other) => other.name !== name);
    },
  }, { now: () => now, log: (text) => void log.push(text) });
});

test('what is missing comes, what is too much goes, and nothing is done twice', async () => {
  await reconciler.apply([rule(80), rule(81)]);
  await reconciler.apply([rule(80), rule(81)]);
  await reconciler.apply([rule(81), rule(82)]);
  expect(calls).toEqual(['add port-tcp-80', 'add port-tcp-81', 'remove port-tcp-80', 'add port-tcp-82']);
  expect(log).toEqual(['opened 127.0.0.1:80/tcp', 'opened 127.0.0.1:81/tcp', 'closed 127.0.0.1:80/tcp', 'opened 127.0.0.1:82/tcp']);
});

test('the rules of b2d itself and of others stay', async () => {
  await reconciler.apply([]);
  expect(rules).toEqual([docker, web]);
  expect(calls).toEqual([]);
});

test('a rule whose address has changed is made anew', async () => {
  await reconciler.apply([rule(80)]);
  await reconciler.apply([rule(80, { hostAddress: '0.0.0.0' })]);
  expect(rules).toContainEqual(rule(80, { hostAddress: '0.0.0.0' }));
  expect(calls).toEqual(['add port-tcp-80', 'remove port-tcp-80', 'add port-tcp-80']);
});

describe('a port that another program has', () => {
  test('keeps no other from being opened, and is tried again, more and more rarely, until it is free', async () => {
    busy.set(80, undefined);
    const tries: number[] = [];
    await reconciler.apply([rule(80), rule(81)]);
    expect(rules).toContainEqual(rule(81));
    for (; now < 60_000; now += 500) {
      const before = calls.length;
      await reconciler.apply([rule(80), rule(81)]);
      if (calls.length > before) tries.push(now / 1000);
    }
    expect(tries).toEqual([1, 3, 7, 15, 30, 45]);
    expect(reconciler.retryAt).toBe(60_000);
    expect(reconciler.failures).toMatchObject([{ reason: 'Another program uses port 80 of this computer.' }]);
    expect(log.filter((line) => line.includes('cannot'))).toHaveLength(1);
    busy.clear();
    await reconciler.apply([rule(80), rule(81)]);
    expect(rules).toContainEqual(rule(80));
    expect([reconciler.failures, reconciler.retryAt]).toEqual([[], undefined]);
  });

  test('is forgotten when it is no longer published', async () => {
    busy.set(80, undefined);
    await reconciler.apply([rule(80)]);
    await reconciler.apply([]);
    expect(reconciler.failures).toEqual([]);
    await reconciler.apply([rule(80)]); // a container of now is not made to wait for one of before
    expect(calls).toEqual(['add port-tcp-80', 'add port-tcp-80']);
  });

  test.each([[80, 'only administrators'], [50_000, 'keeps port 50000 for itself']])('or that the system refuses, as %i, says so', async (port, reason) => {
    busy.set(port, Object.assign(new Error('bind EACCES'), { code: 'EACCES' }));
    await reconciler.apply([rule(port)]);
    expect(reconciler.failures[0]?.reason).toContain(reason);
  });
});

test('a hypervisor that does not answer ends it', async () => {
  const broken = new Reconciler({ list: async () => [], add: async () => { throw new Error('gone'); }, remove: async () => undefined });
  await expect(broken.apply([rule(80)])).rejects.toThrow('gone');
});
