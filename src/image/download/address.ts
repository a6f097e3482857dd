import { BlockList, isIP } from 'node:net';
import { withoutLogin } from '../../output/without-login.ts';
import { plainHttpRefused, unusableAddress } from './errors.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** The host of an address without the brackets of an IPv6 one. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** Whether an address is this computer's own. */
export function isLoopback(url: URL): boolean {
  const host = hostOf(url);
  const family = isIP(host);
  return host === 'localhost' || (family !== 0 && loopback.check(host, family === 4 ? 'ipv4' : 'ipv6'));
}

/** What may be shown and written of an address: not the user's password in it. */
export function shownAddress(url: string | URL): string {
  return withoutLogin(String(url));
}

/**
 * The address, if an image may come from there: https, or http from this computer, or http by the user's express wish
 * together with a digest, without which anybody on the way could change the image.
 * @throws B2dError (usage)
 */
export function checkedAddress(text: string, { allowHttp = false, sha256 }: { allowHttp?: boolean; sha256?: string | undefined }): URL {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') throw unusableAddress(withoutLogin(text));
  if (url.protocol === 'http:' && !isLoopback(url) && !(allowHttp && sha256 !== undefined)) throw plainHttpRefused(shownAddress(url), allowHttp);
  return url;
}
