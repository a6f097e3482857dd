import type { Platform } from '../../platform/platform.ts';
import { powershellJson } from '../../platform/powershell.ts';

/** The program that listens on a TCP port. */
export interface PortOwner {
  pid: number;
  program: string;
}

/** Who listens on this port of 127.0.0.1, or undefined where the system does not tell: programs of other users are hidden. */
export async function portOwner(platform: Platform, port: number): Promise<PortOwner | undefined> {
  const ask = { linux: bySs, darwin: byLsof, win32: byNetTcp }[platform.os];
  return ask(platform, port).catch(() => undefined); // the tool is missing: a name less in the report
}

/** https://man7.org/linux/man-pages/man8/ss.8.html: `users:(("python3",pid=25055,fd=3))` ends the line. */
async function bySs(platform: Platform, port: number): Promise<PortOwner | undefined> {
  const { stdout } = await platform.run('ss', ['-H', '-l', '-t', '-n', '-p', `sport = :${port}`]);
  const [, program, pid] = /users:\(\("(.*?)",pid=(\d+)/.exec(stdout) ?? [];
  return program === undefined ? undefined : { program, pid: Number(pid) };
}

/** `-F pc` prints a line for each field: `p25055`, `cpython3`. */
async function byLsof(platform: Platform, port: number): Promise<PortOwner | undefined> {
  const { stdout } = await platform.run('/usr/sbin/lsof', ['-n', '-P', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
  const [, pid] = /^p(\d+)$/m.exec(stdout) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), program: /^c(.*)$/m.exec(stdout)?.[1] ?? 'unknown' };
}

/** https://learn.microsoft.com/powershell/module/nettcpip/get-nettcpconnection */
async function byNetTcp(platform: Platform, port: number): Promise<PortOwner | undefined> {
  const script = `Get-NetTCPConnection -State Listen -LocalPort ${port} -ErrorAction SilentlyContinue | Select-Object -First 1 | ForEach-Object { @{ pid = $_.OwningProcess; program = (Get-Process -Id $_.OwningProcess).ProcessName } }`;
  return powershellJson<PortOwner>(platform, script);
}

/**
 * Whether Windows keeps the port for itself: Hyper-V and WinNAT reserve whole ranges, in which every bind fails though nobody listens.
 * `netsh interface ipv4 show excludedportrange protocol=tcp` prints them as two columns of numbers, below words in the user's language.
 */
export async function isReservedByWindows(platform: Platform, port: number): Promise<boolean> {
  if (platform.os !== 'win32') return false;
  const netsh = platform.path.join(platform.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'netsh.exe');
  const { stdout } = await platform.run(netsh, ['interface', 'ipv4', 'show', 'excludedportrange', 'protocol=tcp']).catch(() => ({ stdout: '' }));
  return [...stdout.matchAll(/^\s*(\d+)\s+(\d+)/gm)].some(([, from, to]) => Number(from) <= port && port <= Number(to));
}
