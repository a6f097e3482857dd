import { BlockList, isIP, isIPv6 } from 'node:net';
import { hostOf } from './address.ts';

/**
 * Whether NO_PROXY names this address. Entries are compared whole, never as parts of a word: `host` is that host alone, `.domain` and `*.domain`
 * are the domain and all below it, `10.0.0.0/8` and `fd00::/8` are networks, `:port` behind a host or address narrows it down, `*` is everything.
 * Names are not looked up: an entry with an address counts for addresses only.
 */
export function bypassesProxy(url: URL, noProxy: string): boolean {
  const host = hostOf(url).toLowerCase().replace(/\.$/, '');
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return noProxy.split(/[\s,]+/).filter((entry) => entry !== '').some((entry) => entry === '*' || matches(entry.toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  const [name, wanted] = splitPort(entry);
  if (wanted !== undefined && wanted !== port) return false;
  const [, address, prefix] = /^(.+?)(?:\/(\d+))?$/.exec(name) ?? [];
  if (address !== undefined && isIP(address) !== 0) return isIP(host) !== 0 && inNetwork(host, address, prefix);
  const domain = /^\*?\.(.+)$/.exec(name)?.[1];
  return domain === undefined ? name.replace(/\.$/, '') === host : host === domain || host.endsWith(`.${domain}`);
}

/** An IPv6 address has colons of its own; with a port it stands in brackets. */
function splitPort(entry: string): [string, string | undefined] {
  const bracketed = /^\[([^\]]+)\](\/\d+)?(?::(\d+))?$/.exec(entry);
  if (bracketed) return [`${bracketed[1]}${bracketed[2] ?? ''}`, bracketed[3]];
  const [, name = entry, port] = /^([^:]*):(\d+)$/.exec(entry) ?? [];
  return [name, port];
}

function inNetwork(host: string, address: string, prefix: string | undefined): boolean {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const bits = prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix);
  if (bits > (family === 'ipv6' ? 128 : 32)) return false;
  const network = new BlockList();
  network.addSubnet(address, bits, family);
  return network.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}
