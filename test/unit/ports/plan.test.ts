import { describe, expect, test } from '@jest/globals';
import { isPortRule, MAX_RULES, planPorts, rulesOf, type Bind } from '../../../src/ports/plan.ts';
import type { PublishedPort } from '../../../src/ports/published.ts';

const published = (port: number, more: Partial<PublishedPort> = {}): PublishedPort => ({ container: 'web', containerPort: 80, protocol: 'tcp', address: '0.0.0.0', reach: 'all', port, ...more });
const plan = (ports: PublishedPort[], bind: Bind = 'loopback') => planPorts(ports, { bind, own: [2376, 2022] });

describe('a rule', () => {
  test('leads from the same port of the loopback, under a name of our own', () => {
    expect(rulesOf(plan([published(8080), published(53, { protocol: 'udp' })]))).toEqual([
      { name: 'port-tcp-8080', protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 8080, guestPort: 8080 },
      { name: 'port-udp-53', protocol: 'udp', hostAddress: '127.0.0.1', hostPort: 53, guestPort: 53 },
    ]);
  });

  test.each([['loopback', 'all', '127.0.0.1'], ['loopback', 'loopback', '127.0.0.1'], ['all', 'all', '0.0.0.0'], ['all', 'loopback', '127.0.0.1']] as const)('with ports.bind = %s, of a port published on %s, binds %s', (bind, reach, hostAddress) => {
    expect(rulesOf(plan([published(8080, { reach })], bind))).toMatchObject([{ hostAddress }]);
  });

  test('of b2d itself, or of others, is told apart by its name', () => {
    expect(['docker', 'ssh', 'web', 'tcp-8080', 'port-tcp-8080'].map((name) => isPortRule({ name }))).toEqual([false, false, false, false, true]);
  });
});

describe('refused is', () => {
  const refusals = (ports: PublishedPort[]) => plan(ports).map((entry) => ('refused' in entry ? entry.refused : 'none'));

  test('a port that leads to the machine itself, unless it is UDP', () => {
    expect(refusals([published(2376), published(2022), published(2376, { protocol: 'udp' })])).toEqual([expect.stringContaining('the machine itself'), expect.stringContaining('the machine itself'), 'none']);
  });

  test('a port on an address within the guest', () => {
    expect(refusals([published(8080, { reach: 'inside', address: '172.17.0.1' })])).toEqual([expect.stringContaining('172.17.0.1')]);
  });

  test('the second of two on one port: the one that is reached from everywhere comes first', () => {
    expect(refusals([published(80, { container: 'local', reach: 'loopback' }), published(80, { container: 'open' })])).toEqual([expect.stringContaining('"open"'), 'none']);
  });

  test('what is above the limit', () => {
    const entries = plan(Array.from({ length: MAX_RULES + 5 }, (_, index) => published(10_000 + index)));
    expect(rulesOf(entries)).toHaveLength(MAX_RULES);
    expect(entries.slice(MAX_RULES).map((entry) => 'refused' in entry && entry.refused)).toEqual(Array(5).fill(expect.stringContaining(`${MAX_RULES}`)));
  });
});
