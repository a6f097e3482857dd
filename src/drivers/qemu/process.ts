import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import { codeOf } from '../../errors.ts';
import { plainText, storageError } from '../../platform/files.ts';
import { rotate } from '../../platform/rename.ts';

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
