import { isLoopback } from '../image/download/address.ts';
import { HOST_FROM_GUEST } from './loopback.ts';

export interface GuestProxy {
  /** Variables for the guest's engine and boot scripts; none without a proxy. */
  variables: Record<string, string>;
  /** Why a proxy of the host is not taken over, as sentences. */
  notes: string[];
}

/** In the order of curl, as for downloads: the lower case one counts where both are set, one that is set to nothing means none. */
const VARIABLES = { http: ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'], https: ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] } as const;
/** Of Go's net/http, by which the engine connects. */
const SCHEMES = ['http:', 'https:', 'socks5:', 'socks5h:'];
/** What is near to the guest: itself, the host's NAT network (QEMU's and VirtualBox's), and Docker's own bridge. */
const NEAR = ['localhost', '127.0.0.0/8', '::1', '10.0.2.0/24', '172.17.0.0/16'];

/**
 * The host's proxy as the guest is to use it: one on the host's own loopback address is reached by the host's address in the guest's network. NO_PROXY is kept
 * entry by entry, with what is near to the guest added. Each variable is in both cases: Go's programs look for upper, wget for lower.
 * @param given a proxy for everything, in place of the environment's; empty for none
 */
export function guestProxy(env: NodeJS.ProcessEnv, given?: string): GuestProxy {
  const first = (names: readonly string[]): string | undefined => names.find((name) => env[name] !== undefined);
  const variables: Record<string, string> = {};
  const notes = new Set<string>();
  for (const [scheme, names] of Object.entries(VARIABLES)) {
    const variable = first(names) ?? '';
    const text = (given ?? env[variable] ?? '').trim();
    if (text === '') continue;
    const address = fromGuest(text);
    if (address === undefined) notes.add(`The proxy in ${given === undefined ? `the variable ${variable}` : 'the setting "proxy"'} is not an address that the engine takes: the machine goes without it.`);
    else Object.assign(variables, inBothCases(`${scheme}_proxy`, address));
  }
  if (Object.keys(variables).length > 0) Object.assign(variables, inBothCases('no_proxy', noProxy(env[first(['no_proxy', 'NO_PROXY']) ?? ''] ?? '')));
  return { variables, notes: [...notes] };
}

/** @returns undefined for what is no address of a proxy */
function fromGuest(text: string): string | undefined {
  const url = /\s/.test(text) ? null : URL.parse(/^[a-z0-9+.-]+:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || url.hostname === '' || !SCHEMES.includes(url.protocol)) return undefined;
  if (isLoopback(url)) url.hostname = HOST_FROM_GUEST;
  return url.href.replace(/\/$/, '');
}

function noProxy(text: string): string {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  return (entries.includes('*') ? entries : [...entries, ...NEAR.filter((entry) => !entries.includes(entry))]).join(',');
}

const inBothCases = (name: string, value: string): Record<string, string> => ({ [name]: value, [name.toUpperCase()]: value });
