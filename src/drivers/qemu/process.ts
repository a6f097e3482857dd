import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../../errors.ts';
import { plainText, storageError } from '../../platform/files.ts';
import type { Platform } from '../../platform/platform.ts';
import { isThisMachine } from './identity.ts';

/** A QEMU that was just launched; it lives on when b2d ends. */
export interface LaunchedQemu {
  pid: number | undefined;
  /** How it ended (`ended with code 1`), or undefined while it runs. */
  ended(): string | undefined;
  gone: Promise<void>;
  /** The last lines it printed; its own, even when another start has begun a new log meanwhile. */
  lastWords(): Promise<string[]>;
  /** Lets go of the log; QEMU keeps writing to it. */
  release(): Promise<void>;
  /** Ends it at once and waits until it is gone. */
  kill(): Promise<void>;
}

/** QEMU's orderly end: the guest powered off, or `quit`. */
export const ENDED_WELL = 'ended with code 0';

const POLL_MS = 25;
const WORDS_BYTES = 16 * 1024;

/**
 * Starts QEMU in its own session, with its output in `logFile` (the previous log stays as `.1`), so that neither b2d's end
 * nor a Ctrl-C in its terminal reaches it.
 */
export async function launch(emulator: string, args: readonly string[], cwd: string, logFile: string): Promise<LaunchedQemu> {
  const log = await openNewLog(logFile);
  let end: string | undefined;
  try {
    const child = spawn(emulator, args, { cwd, detached: true, windowsHide: true, stdio: ['ignore', log.fd, log.fd] });
    const gone = new Promise<void>((resolve) => {
      child.once('error', (error) => resolve(void (end ??= `could not be started: ${error.message}`)));
      child.once('exit', (code, signal) => resolve(void (end ??= signal ? `was ended by ${signal}` : `ended with code ${code}`)));
    });
    child.unref();
    return {
      pid: child.pid,
      ended: () => end,
      gone,
      kill: async () => {
        child.kill('SIGKILL');
        child.ref(); // its end is worth waiting for
        await gone;
      },
      lastWords: async () => {
        const { buffer, bytesRead } = await log.read(Buffer.alloc(WORDS_BYTES), 0, WORDS_BYTES, Math.max(0, (await log.stat()).size - WORDS_BYTES));
        return plainText(buffer.toString('utf8', 0, bytesRead)).split('\n').filter((line) => line.trim() !== '').slice(-20);
      },
      release: () => log.close(),
    };
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** A file of this start alone: two starts at once must not write into one. */
async function openNewLog(file: string): Promise<fs.FileHandle> {
  for (;;) {
    await rotate(file);
    try {
      return await fs.open(file, 'wx+', 0o600);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw storageError('write', file, error);
    }
  }
}

/** Keeps the file of the previous run as `.1`. */
export async function rotate(file: string): Promise<void> {
  await fs.rename(file, `${file}.1`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw storageError('rename', file, error);
  });
}

/** Ends a process that was proved to be this machine's QEMU, whatever state it is in. */
export function killProven(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL'); // on Windows Node ends the process the hard way too
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until the process is no longer this machine's QEMU; false when it still is after `timeoutMs`. */
export async function waitGone(platform: Platform, pid: number, uuid: string, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; ; await sleep(POLL_MS)) {
    if ((await isThisMachine(platform, pid, uuid)) === false) return true;
    if (Date.now() >= deadline) return false;
  }
}
