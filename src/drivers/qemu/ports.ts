import { readIfThere, writeAtomic } from '../../platform/files.ts';
import { B2dError } from '../../errors.ts';
import { bindFailure } from '../bind-failure.ts';
import type { NatRule } from '../driver.ts';
import { PortTakenError } from '../errors.ts';
import { hostForward, hostSide, NETDEV } from './arguments.ts';
import { humanCommand, type QmpSession } from './qmp.ts';

/** The NAT rules in force, read from QEMU and named by the file beside it. */
export async function readForwards(session: QmpSession, namesFile: string): Promise<NatRule[]> {
  const known = await readNames(namesFile);
  return parseUserNetwork(await humanCommand(session, 'info usernet')).map((rule) => ({
    ...rule,
    name: known.find((entry) => sameHostSide(entry, rule) && entry.guestPort === rule.guestPort)?.name ?? rule.name,
  }));
}

/**
 * Adds a rule; one that is there already stays, one of the same name with other ports is replaced.
 * @throws PortTakenError when the host port cannot be bound.
 */
export async function addForward(session: QmpSession, namesFile: string, rule: NatRule): Promise<void> {
  const present = await readForwards(session, namesFile);
  const same = present.find((entry) => entry.name === rule.name);
  if (same && hostForward(same) === hostForward(rule)) return;
  if (same) await humanCommand(session, `hostfwd_remove ${NETDEV} ${hostSide(same)}`);
  const kept = present.filter((entry) => entry.name !== rule.name);
  await writeNames(namesFile, [...kept, rule]); // before QEMU is told: a rule without a name would outlive its owner
  const answer = await humanCommand(session, `hostfwd_add ${NETDEV} ${hostForward(rule)}`);
  if (answer.trim() === '') return;
  await writeNames(namesFile, kept);
  if (/host forwarding rule/.test(answer)) throw new PortTakenError(rule, await bindFailure(rule));
  throw new B2dError(`QEMU did not accept the NAT rule "${rule.name}".`, { exit: 'hypervisorFailed', reason: answer.trim() });
}

/** Removes a rule by its name; one that is not there is no error. */
export async function removeForward(session: QmpSession, namesFile: string, name: string): Promise<void> {
  const present = await readForwards(session, namesFile);
  for (const rule of present.filter((entry) => entry.name === name)) await humanCommand(session, `hostfwd_remove ${NETDEV} ${hostSide(rule)}`);
  await writeNames(namesFile, present.filter((entry) => entry.name !== name));
}

/** Makes the rules in force exactly these. @throws PortTakenError */
export async function reconcileForwards(session: QmpSession, namesFile: string, rules: readonly NatRule[]): Promise<void> {
  const present = await readForwards(session, namesFile);
  const isWanted = (rule: NatRule): boolean => rules.some((wanted) => wanted.name === rule.name && hostForward(wanted) === hostForward(rule));
  for (const rule of present.filter((entry) => !isWanted(entry))) await humanCommand(session, `hostfwd_remove ${NETDEV} ${hostSide(rule)}`);
  await writeNames(namesFile, present.filter(isWanted));
  for (const rule of rules) await addForward(session, namesFile, rule);
}

/** Records the names of the rules that QEMU is started with. */
export async function writeNames(file: string, rules: readonly NatRule[]): Promise<void> {
  await writeAtomic(file, JSON.stringify(rules));
}

async function readNames(file: string): Promise<NatRule[]> {
  try {
    const value: unknown = JSON.parse((await readIfThere(file)) ?? '[]');
    return Array.isArray(value) ? (value as NatRule[]) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return []; // the rules get names made of their ports
    throw error;
  }
}

function sameHostSide(a: NatRule, b: NatRule): boolean {
  return a.protocol === b.protocol && a.hostAddress === b.hostAddress && a.hostPort === b.hostPort;
}

/**
 * The forwarding lines of `info usernet`, as libslirp prints them:
 * `TCP[HOST_FORWARD]  12  127.0.0.1  2222  10.0.2.15  22  0  0`; `*` is every address.
 */
export function parseUserNetwork(text: string): NatRule[] {
  const line = /^\s*(TCP|UDP)\[HOST_FORWARD\]\s+\S+\s+(\S+)\s+(\d+)\s+\S+\s+(\d+)\s/gm;
  return [...text.matchAll(line)].map(([, kind, address, hostPort, guestPort]) => {
    const protocol = kind === 'UDP' ? 'udp' : 'tcp';
    return { name: `${protocol}-${hostPort}`, protocol, hostAddress: address === '*' ? '0.0.0.0' : String(address), hostPort: Number(hostPort), guestPort: Number(guestPort) };
  });
}
