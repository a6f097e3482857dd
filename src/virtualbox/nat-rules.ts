import type { NatForward } from './virtualbox.ts';

/** `Forwarding(n)="name,tcp,host address,host port,guest address,guest port"`; a name may hold anything, commas too. */
export function parseForward(value: string): NatForward | undefined {
  const parts = value.split(',');
  const [protocol, hostAddress, hostPort, guestAddress, guestPort] = parts.slice(-5);
  if (parts.length < 6 || (protocol !== 'tcp' && protocol !== 'udp')) return undefined;
  return {
    name: parts.slice(0, -5).join(','),
    protocol,
    hostAddress: hostAddress!,
    hostPort: Number(hostPort),
    guestAddress: guestAddress!,
    guestPort: Number(guestPort),
  };
}

/** The rule as `modifyvm --nat-pf1` and `controlvm natpf1` take it. */
export function formatForward(rule: NatForward): string {
  if (rule.name === '' || rule.name.includes(',')) throw new TypeError(`A NAT rule's name is not empty and has no comma: ${JSON.stringify(rule.name)}`);
  return [rule.name, rule.protocol, rule.hostAddress, rule.hostPort, rule.guestAddress, rule.guestPort].join(',');
}

/** The rules of network card 1: those before the next card's entry, for every card counts its rules from 0. */
export function forwardsOf(entries: ReadonlyMap<string, string>): NatForward[] {
  const keys = [...entries.keys()];
  const next = keys.indexOf('nic2');
  const own = keys.slice(0, next < 0 ? undefined : next).filter((key) => key.startsWith('Forwarding('));
  return own.flatMap((key) => parseForward(entries.get(key)!) ?? []);
}
