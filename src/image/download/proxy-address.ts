/**
 * The address of a proxy as it is typed: `http://` may be left out.
 * @returns what is wrong with it, as a sentence, where it cannot be used
 */
export function parseProxy(text: string): URL | string {
  const proxy = URL.parse(/^[a-z0-9+.-]+:\/\//i.test(text) ? text : `http://${text}`);
  if (proxy === null || proxy.hostname === '' || !decodable(proxy)) return 'It is not an address.';
  return ['http:', 'https:'].includes(proxy.protocol) ? proxy : `${proxy.protocol}// proxies are not supported.`;
}

/** A password with a bare per cent sign cannot be told from an encoded one. */
function decodable(proxy: URL): boolean {
  try {
    return [proxy.username, proxy.password].every((part) => decodeURIComponent(part) !== undefined);
  } catch {
    return false;
  }
}
