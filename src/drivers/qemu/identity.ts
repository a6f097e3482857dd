import fs from 'node:fs/promises';
import type { Platform } from '../../platform/platform.ts';
import { qemuFiles, type MachinePlace } from './layout.ts';

/** The number in QEMU's pid file, or undefined. */
export async function readPid(file: string): Promise<number | undefined> {
  const pid = Number.parseInt(await fs.readFile(file, 'utf8').catch(() => ''), 10);
  return pid > 0 ? pid : undefined;
}

/**
 * Whether that process is this machine's QEMU, proved by the UUID on its command line: by /proc on Linux, ps on macOS,
 * CIM on Windows. Undefined where it cannot be told.
 */
export async function isThisMachine(platform: Platform, pid: number, uuid: string): Promise<boolean | undefined> {
  if (!processExists(pid)) return false;
  if (platform.os === 'linux') {
    const commandLine = await fs.readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
    if (commandLine === '') return isDyingQemu(pid);
    return commandLine === undefined ? processExists(pid) && undefined : hasUuid(commandLine.split('\0').join(' '), uuid);
  }
  try {
    const { stdout } = await platform.run(...commandLineQuery(platform, pid), { timeoutMs: 15_000 });
    return hasUuid(stdout, uuid);
  } catch {
    return undefined;
  }
}

/**
 * Whether Linux itself shows a process that is this machine's QEMU, whatever it does just now. False where that takes more
 * than reading a file, on macOS and Windows: then QEMU must be asked.
 */
export async function hasProvenProcess(platform: Platform, machine: MachinePlace): Promise<boolean> {
  if (platform.os !== 'linux') return false;
  const pid = await readPid(qemuFiles(machine, platform.path).pidFile);
  return pid !== undefined && (await isThisMachine(platform, pid, machine.uuid)) === true;
}

/**
 * A dying process loses its command line before it closes its files: until it is a zombie (Z) or dead (X), a QEMU still
 * holds the locks on its disk and pid file. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
async function isDyingQemu(pid: number): Promise<boolean> {
  const [, name, state] = /\((.*)\) (\S)/s.exec(await fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')) ?? [];
  return name !== undefined && name.startsWith('qemu') && state !== 'Z' && state !== 'X';
}

function hasUuid(commandLine: string, uuid: string): boolean {
  return commandLine.toLowerCase().includes(`-uuid ${uuid.toLowerCase()}`);
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function commandLineQuery(platform: Platform, pid: number): [string, string[]] {
  if (platform.os === 'darwin') return ['/bin/ps', ['-ww', '-o', 'args=', '-p', String(pid)]];
  const powershell = platform.path.join(platform.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  return [powershell, ['-NoProfile', '-NonInteractive', '-Command', `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`]];
}
