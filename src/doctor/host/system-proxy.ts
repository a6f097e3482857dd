import type { Platform } from '../../platform/platform.ts';

/** What the operating system itself uses for https: a proxy by its address, or a script that tells it. */
export type SystemProxy = { address: string } | { script: string };

/** https://learn.microsoft.com/windows/win32/wininet/enabling-internet-functionality: the settings of this user */
const WINDOWS_KEY = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings';

/** The proxy that Windows or macOS is set to; undefined where there is none, it cannot be told, or the system has no such setting (Linux). */
export async function systemProxy(platform: Platform): Promise<SystemProxy | undefined> {
  if (platform.os === 'linux') return undefined;
  const windows = platform.os === 'win32';
  const reg = platform.path.join(platform.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'reg.exe');
  const [program, args] = windows ? [reg, ['query', WINDOWS_KEY]] : ['/usr/sbin/scutil', ['--proxy']];
  const result = await platform.run(program, args, { timeoutMs: 10_000 }).catch(() => undefined);
  if (result?.code !== 0) return undefined;
  return windows ? parseWindowsProxy(result.stdout) : parseMacProxy(result.stdout);
}

/** `    ProxyEnable    REG_DWORD    0x1`; `ProxyServer` is `host:port`, or by scheme `http=host:port;https=host:port`. */
export function parseWindowsProxy(stdout: string): SystemProxy | undefined {
  const values = new Map([...stdout.matchAll(/^\s+(\S+)\s+REG_\w+[^\S\r\n]+(.*?)\s*$/gm)].map(([, name = '', value = '']) => [name.toLowerCase(), value]));
  const server = Number(values.get('proxyenable') ?? 0) === 0 ? '' : (values.get('proxyserver') ?? '');
  const address = server.includes('=') ? /(?:^|;)https=([^;]+)/i.exec(server)?.[1] : server;
  return chosen(address, values.get('autoconfigurl'));
}

/** `  HTTPSProxy : proxy.example.com`, as scutil prints its dictionary. */
export function parseMacProxy(stdout: string): SystemProxy | undefined {
  const values = new Map([...stdout.matchAll(/^\s+(\w+) : (.*?)\s*$/gm)].map(([, name = '', value = '']) => [name, value]));
  const host = values.get('HTTPSEnable') === '1' ? values.get('HTTPSProxy') : undefined;
  const port = values.get('HTTPSPort');
  return chosen(host === undefined ? undefined : `${host}${port === undefined ? '' : `:${port}`}`, values.get('ProxyAutoConfigEnable') === '1' ? values.get('ProxyAutoConfigURLString') : undefined);
}

function chosen(address: string | undefined, script: string | undefined): SystemProxy | undefined {
  if (address) return { address: /:\/\//.test(address) ? address : `http://${address}` };
  return script ? { script } : undefined;
}
