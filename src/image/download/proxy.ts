import type { Agents } from 'got';
import { isLoopback } from './address.ts';
import { unusableProxy } from './errors.ts';
import { bypassesProxy } from './no-proxy.ts';
import { parseProxy } from './proxy-address.ts';
import { singleBufferAgents } from './single-buffer.ts';

/** The variables in the order of curl: the lower case one counts where both are set. */
const VARIABLES: Record<string, string[]> = {
  'https:': ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
  'http:': ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'],
};

/**
 * The proxy for an address: the one given, else the environment's. None for this computer's own addresses and those in NO_PROXY.
 * A variable that is set to nothing means no proxy.
 * @throws B2dError (usage) for a proxy that is not http or https
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv, given?: string): URL | undefined {
  const first = (names: string[]): string | undefined => names.find((name) => env[name] !== undefined);
  const variable = first(VARIABLES[url.protocol] ?? []);
  const text = given ?? (variable === undefined ? '' : env[variable]) ?? '';
  if (text === '' || isLoopback(url) || bypassesProxy(url, env[first(['no_proxy', 'NO_PROXY']) ?? ''] ?? '')) return undefined;
  const where = given === undefined ? `the variable ${variable}` : 'the setting "proxy"';
  const proxy = parseProxy(text);
  if (typeof proxy === 'string') throw unusableProxy(where, proxy);
  return proxy;
}

/** What got connects by: a tunnel (CONNECT) for https, requests with the whole address for http; without a proxy Node's own agents, with a single buffer. */
export async function agentsFor(proxy: URL | undefined, trust: (url: URL) => Promise<string[] | undefined>): Promise<Agents> {
  if (proxy === undefined) return singleBufferAgents();
  const { HttpProxyAgent } = await import('http-proxy-agent');
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  const ca = await trust(proxy);
  const options = ca === undefined ? {} : { ca };
  return { http: new HttpProxyAgent(proxy, options), https: new HttpsProxyAgent(proxy, options) };
}
