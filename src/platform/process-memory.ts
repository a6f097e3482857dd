import fs from 'node:fs/promises';
import type { Platform } from './platform.ts';
import { powershell } from './powershell.ts';

/**
 * Bytes of this computer's memory that a process takes (its resident set): by /proc on Linux, ps on macOS, PowerShell on Windows.
 * Undefined where it is gone or cannot be looked at.
 */
export async function processMemory(platform: Platform, pid: number): Promise<number | undefined> {
  try {
    if (platform.os === 'linux') return kibibytes(/^VmRSS:\s+(\d+) kB$/m.exec(await fs.readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
    if (platform.os === 'darwin') return kibibytes((await platform.run('/bin/ps', ['-o', 'rss=', '-p', String(pid)])).stdout);
    return positive(await powershell(platform, `(Get-Process -Id ${pid} -ErrorAction Stop).WorkingSet64`));
  } catch {
    return undefined;
  }
}

function kibibytes(text: string | undefined): number | undefined {
  const value = positive(text);
  return value === undefined ? undefined : value * 1024;
}

function positive(text: string | undefined): number | undefined {
  const value = Number.parseInt(text ?? '', 10);
  return value > 0 ? value : undefined;
}
