import fs from 'node:fs/promises';
import { B2dError } from '../errors.ts';
import { exists, makePrivateDirectory, readIfThere, storageError } from './files.ts';
import type { Platform } from './platform.ts';

export interface LockOptions {
  /** What the holder does, shown to those who wait: `up`. */
  purpose: string;
  /** Milliseconds to wait for another holder; 0 fails at once. */
  waitMs: number;
  /** The error's first sentence where it is not a machine that is locked. */
  busy?: string;
  /** Called once when another b2d holds the lock, with a sentence about it. */
  onWait?: (holder: string) => void;
}

const POLL_MS = 100;
/** SQLITE_BUSY: https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/**
 * Runs `work` while this process alone holds the lock.
 *
 * The lock is an exclusive transaction on an SQLite file, that is a byte-range lock of the operating system
 * (https://www.sqlite.org/lockingv3.html): it ends with the process however it ends, so there is no stale lock to clean up.
 * @throws B2dError (busy) when another b2d still holds it after `waitMs`.
 */
export async function withLock<T>(platform: Platform, file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await makePrivateDirectory(platform, platform.path.dirname(file));
  const { DatabaseSync } = await loadSqlite();
  const database = openDatabase(() => new DatabaseSync(file, { timeout: 0 }), file);
  try {
    await acquire(database, file, options);
    await fs.writeFile(holderFile(file), JSON.stringify({ pid: process.pid, purpose: options.purpose, since: new Date().toISOString() }));
    return await work();
  } finally {
    database.close();
  }
}

/** Who holds the lock now, as a sentence; undefined where nobody does. Leaves everything as it is. */
export async function lockHolder(file: string): Promise<string | undefined> {
  if (!(await exists(file))) return undefined;
  const { DatabaseSync } = await loadSqlite();
  const database = openDatabase(() => new DatabaseSync(file, { timeout: 0 }), file);
  try {
    await acquire(database, file, { purpose: 'look', waitMs: 0 });
    return undefined;
  } catch (error) {
    if (error instanceof B2dError && error.exit === 'busy') return error.reason;
    throw error;
  } finally {
    database.close();
  }
}

async function acquire(database: { exec(sql: string): void }, file: string, options: LockOptions): Promise<void> {
  const deadline = Date.now() + options.waitMs;
  for (let told = false; ; ) {
    try {
      return database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw storageError('lock', file, error);
    }
    const holder = await describeHolder(file);
    if (Date.now() >= deadline) {
      throw new B2dError(options.busy ?? 'Another b2d works on this machine.', { exit: 'busy', reason: `${holder}.`, remedy: 'Wait until it has ended, then run the command again.' });
    }
    if (!told) options.onWait?.(holder);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function describeHolder(file: string): Promise<string> {
  try {
    const { pid, purpose, since } = JSON.parse((await readIfThere(holderFile(file))) ?? '') as Record<string, unknown>;
    return `"b2d ${purpose}" (process ${pid}) has held it since ${since}`;
  } catch {
    return 'It has only just begun';
  }
}

/** Only for people to read: the lock itself is the operating system's. */
function holderFile(lock: string): string {
  return `${lock}.json`;
}

function openDatabase<T>(open: () => T, file: string): T {
  try {
    return open();
  } catch (error) {
    throw storageError('open', file, error);
  }
}

/** Node 22 calls node:sqlite experimental and says so on stderr at its first load; users cannot act on that. */
async function loadSqlite(): Promise<typeof import('node:sqlite')> {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    return await import('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
