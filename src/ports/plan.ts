import type { NatRule } from '../drivers/driver.ts';
import type { PublishedPort } from './published.ts';

/** Where this computer binds a port that is published on every address: `loopback`, or `all` of its addresses. */
export type Bind = 'loopback' | 'all';

/** How a published port is to be reached from this computer: by a NAT rule, or why not. */
export type Plan = PublishedPort & ({ rule: NatRule } | { refused: string });

export interface PlanOptions {
  bind: Bind;
  /** TCP ports of this computer that lead to the machine's own services. */
  own: readonly number[];
}

/**
 * How many rules a machine may have: each is an open socket of the hypervisor's process, of which macOS grants a program 256 unless it asks for more,
 * and a container that publishes thousands of ports must not keep everybody else's from being looked at.
 */
export const MAX_RULES = 200;

const PREFIX = 'port-';

/** Whether a NAT rule is one of those that are planned here, by its name. */
export function isPortRule({ name }: Pick<NatRule, 'name'>): boolean {
  return name.startsWith(PREFIX);
}

/** What is to become of each published port. A port that two publish, on different addresses of the guest, is the one's that is reached from everywhere. */
export function planPorts(published: readonly PublishedPort[], { bind, own }: PlanOptions): Plan[] {
  const owners = new Map<string, PublishedPort>();
  const planned = new Map<PublishedPort, Plan>();
  for (const port of [...published].sort((a, b) => Number(b.reach === 'all') - Number(a.reach === 'all'))) {
    const key = `${PREFIX}${port.protocol}-${port.port}`;
    const refused = refusal(port, own, owners.get(key), owners.size);
    if (refused === undefined) owners.set(key, port);
    planned.set(port, { ...port, ...(refused === undefined ? { rule: ruleOf(key, port, bind) } : { refused }) });
  }
  return published.map((port) => planned.get(port) as Plan);
}

/** The NAT rules that a plan asks for. */
export function rulesOf(plans: readonly Plan[]): NatRule[] {
  return plans.flatMap((plan) => ('rule' in plan ? [plan.rule] : []));
}

function ruleOf(name: string, { protocol, port, reach }: PublishedPort, bind: Bind): NatRule {
  return { name, protocol, hostAddress: bind === 'all' && reach === 'all' ? '0.0.0.0' : '127.0.0.1', hostPort: port, guestPort: port };
}

function refusal(port: PublishedPort, own: readonly number[], owner: PublishedPort | undefined, count: number): string | undefined {
  if (port.reach === 'inside') return `It is published on ${port.address}, an address within the machine.`;
  if (port.protocol === 'tcp' && own.includes(port.port)) return `Port ${port.port} of this computer leads to the machine itself.`;
  if (owner !== undefined) return `Port ${port.port} leads to "${owner.container}".`;
  return count >= MAX_RULES ? `A machine has at most ${MAX_RULES} ports forwarded.` : undefined;
}
