import { isIP, isIPv6 } from 'node:net';
import { B2dError } from '../errors.ts';

/** Registries that the engine has to be told of: mirrors of Docker Hub, and registries without (good) TLS. */
export const REGISTRY_LISTS = ['mirrors', 'insecure'] as const;
export type RegistryList = (typeof REGISTRY_LISTS)[number];
export type Registries = Record<RegistryList, string[]>;

export const noRegistries = (): Registries => ({ mirrors: [], insecure: [] });

const kinds: Record<RegistryList, { form: string; parse(text: string): string | undefined }> = {
  mirrors: { form: 'the http(s) address of a mirror of Docker Hub, without a user, a password or a query: https://mirror.example', parse: parseMirror },
  insecure: { form: 'a registry as it stands in an image\'s name (registry.example:5000), or a network (10.0.0.0/8)', parse: parseInsecure },
};

/** An entry in the form that the engine takes. @throws B2dError (usage) naming `where` it stands */
export function parseRegistry(list: RegistryList, text: string, where: string): string {
  const value = kinds[list].parse(text.trim());
  if (value !== undefined) return value;
  const what = list === 'mirrors' ? 'a mirror' : 'an insecure registry';
  throw new B2dError(`"${text.replace(/\/\/[^/]*@/, '//')}" is not possible as ${what}, in ${where}.`, { exit: 'usage', reason: `It must be ${kinds[list].form}.`, remedy: 'What is in force: b2d registry ls' });
}

/** What the engine refuses is refused here: https://docs.docker.com/docker-hub/image-library/mirror/ */
function parseMirror(text: string): string | undefined {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  if (url === null || url.username !== '' || url.password !== '' || /[?#]/.test(text)) return undefined;
  return url.href.replace(/\/$/, '');
}

/** A scheme in front is dropped: the list is of names, not of addresses. */
function parseInsecure(text: string): string | undefined {
  const name = text.replace(/^https?:\/\//i, '').replace(/\/$/, '');
  const [, address = '', prefix] = /^([^/]+)\/(\d+)$/.exec(name) ?? [];
  if (prefix !== undefined) return isIP(address) !== 0 && Number(prefix) <= (isIPv6(address) ? 128 : 32) ? name : undefined;
  const [, host = '', port = '0'] = /^(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d{1,5}))?$/i.exec(name) ?? [];
  const known = host.startsWith('[') ? isIPv6(host.slice(1, -1)) : host !== '';
  return known && Number(port) <= 65_535 ? name : undefined;
}
