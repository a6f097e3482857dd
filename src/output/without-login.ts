/** An address as it may be shown and written: without a user and password in it. A text that is no address, a path for example, stays as it is. */
export function withoutLogin(text: string): string {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return text;
  const url = URL.parse(text);
  if (url === null) return text.replace(/^([^:]+:\/\/).*@/s, '$1'); // no address after all, but perhaps a password
  if (url.username === '' && url.password === '') return text;
  url.username = url.password = '';
  return url.href;
}
