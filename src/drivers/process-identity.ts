import fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from '../platform/platform.ts';
import { powershellCommand } from '../platform/powershell.ts';

/** How a hypervisor's process shows which machine it runs. */
export interface ProcessMark {
  /** On its command line, without regard to case: `-uuid 1111...`. */
  words: string;
  /** How the program's name begins. */
  program: string;
}

const POLL_MS = 25;

/**
 * Whether that process carries the mark, proved by its command line: by /proc on Linux, ps on macOS, CIM on Windows.
 * Undefined where it cannot be told.
 */
export async function carriesMark(platform: Platform, pid: number, mark: ProcessMark): Promise<boolean | undefined> {
  if (!processExists(pid)) return false;
  if (platform.os === 'linux') {
    const commandLine = await fs.readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
    if (commandLine === '') return isDying(pid, mark);
    return commandLine === undefined ? processExists(pid) && undefined : hasWords(commandLine.split('\0').join(' '), mark);
  }
  try {
    const { stdout } = await platform.run(...commandLineQuery(platform, pid), { timeoutMs: 15_000 });
    return hasWords(stdout, mark);
  } catch {
    return undefined;
  }
}

/** Ends a process that was proved to be a machine's, whatever state it is in. */
export function killProven(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL'); // on Windows Node ends the process the hard way too
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until the process no longer carries the mark; false when it still does after `timeoutMs`. */
export async function waitGone(platform: Platform, pid: number, mark: ProcessMark, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; ; await sleep(POLL_MS)) {
    if ((await carriesMark(platform, pid, mark)) === false) return true;
    if (Date.now() >= deadline) return false;
  }
}

/**
 * A dying process loses its command line before it closes its files: until it is a zombie (Z) or dead (X), a hypervisor still
 * holds the locks on its files. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
async function isDying(pid: number, { program }: ProcessMark): Promise<boolean> {
  const [, name, state] = /\((.*)\) (\S)/s.exec(await fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')) ?? [];
  return name !== undefined && name.startsWith(program) && state !== 'Z' && state !== 'X';
}

function hasWords(commandLine: string, { words }: ProcessMark): boolean {
  return commandLine.toLowerCase().includes(words.toLowerCase());
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
  return powershellCommand(platform, `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`);
}
