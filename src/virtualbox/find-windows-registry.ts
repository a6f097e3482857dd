import type { VirtualBoxHost } from './virtualbox.ts';

const KEY = 'HKLM\\SOFTWARE\\Oracle\\VirtualBox';

/**
 * The folder VirtualBox's installer wrote into the registry, read by Windows' own `reg` with an argument array. The 64-bit view is asked first:
 * a 32-bit Node sees the other one. Undefined where it is not there or cannot be asked.
 */
export async function registryInstallDir(host: VirtualBoxHost): Promise<string | undefined> {
  const reg = host.path.join(host.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'reg.exe');
  for (const view of ['/reg:64', '/reg:32']) {
    const result = await host.run(reg, ['query', KEY, '/v', 'InstallDir', view], { timeoutMs: 10_000 }).catch(() => undefined);
    const folder = result?.code === 0 ? parseRegistryValue(result.stdout, 'InstallDir') : undefined;
    if (folder !== undefined) return folder;
  }
  return undefined;
}

/** `    InstallDir    REG_SZ    C:\Program Files\Oracle\VirtualBox\` */
export function parseRegistryValue(stdout: string, name: string): string | undefined {
  for (const line of stdout.split(/\r?\n/)) {
    const [, key, value] = /^\s+(\S+)\s+REG_(?:EXPAND_)?SZ\s+(.*?)\s*$/.exec(line) ?? [];
    if (key?.toLowerCase() === name.toLowerCase() && value) return value;
  }
  return undefined;
}
