import fs from 'node:fs/promises';
import path from 'node:path';
import { B2dError, codeOf, messageOf } from '../errors.ts';
import type { Platform } from './platform.ts';

/**
 * Writes a file beside its target, flushes it to disk and renames it, so that a reader or a cut-off write never
 * sees half a file. `mode` is a Unix mode; on Windows use `writePrivate` where others must not read. Without `fsync`,
 * which takes as long as the disk is slow, a power cut may leave an empty file.
 * @throws B2dError (storage) naming the file when it cannot be written.
 */
export async function writeAtomic(file: string, data: string | Uint8Array, mode = 0o644, { fsync = true } = {}): Promise<void> {
  try {
    const { default: writeFileAtomic } = await import('write-file-atomic'); // lazily: `b2d env` only reads
    await writeFileAtomic(file, typeof data === 'string' ? data : Buffer.from(data), { mode, fsync });
  } catch (error) {
    throw storageError('write', file, error);
  }
}

/**
 * Like `writeAtomic`, for a file of the user's: it keeps its rights and its owner, and a link stays a link to the file that is replaced.
 * @param newMode the Unix mode where there is no such file yet
 * @throws B2dError (storage)
 */
export async function replaceContent(file: string, data: string | Uint8Array, newMode: number): Promise<void> {
  try {
    const { default: writeFileAtomic } = await import('write-file-atomic');
    const there = await fs.lstat(file).catch(() => undefined);
    const target = there?.isSymbolicLink() ? path.resolve(path.dirname(file), await fs.readlink(file)) : file; // also a link to nothing
    await writeFileAtomic(target, typeof data === 'string' ? data : Buffer.from(data), { fsync: true, ...((await exists(target)) ? {} : { mode: newMode }) });
  } catch (error) {
    throw storageError('write', file, error);
  }
}

/**
 * Like `writeAtomic`, for secrets: mode 0600, on Windows an access list of this user alone. The data goes into a file
 * that is private before it holds anything, because a rename keeps the access rights of what is renamed.
 */
export async function writePrivate(platform: Platform, file: string, data: string | Uint8Array): Promise<void> {
  if (platform.os !== 'win32') return writeAtomic(file, data, 0o600);
  const beside = `${file}.${process.pid}.tmp`;
  try {
    await fs.writeFile(beside, '', { mode: 0o600 });
    await restrictToUser(platform, beside);
    const handle = await fs.open(beside, 'r+');
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(beside, file);
  } catch (error) {
    await fs.rm(beside, { force: true });
    throw error instanceof B2dError ? error : storageError('write', file, error);
  }
}

/** Makes a folder (and its parents) that only this user can enter. */
export async function makePrivateDirectory(platform: Platform, directory: string): Promise<void> {
  try {
    const made = await fs.mkdir(directory, { recursive: true, mode: 0o700 });
    if (platform.os === 'win32' && made !== undefined) await restrictToUser(platform, directory);
  } catch (error) {
    throw error instanceof B2dError ? error : storageError('make the folder', directory, await causeOfMissing(directory, error));
  }
}

/** Node's recursive mkdir says ENOENT where a read-only file system or missing rights are the cause: asked again for the first missing folder alone. */
async function causeOfMissing(directory: string, error: unknown): Promise<unknown> {
  const parent = path.dirname(directory);
  if (codeOf(error) !== 'ENOENT' || parent === directory) return error;
  if (!(await exists(parent))) return causeOfMissing(parent, error);
  return fs.mkdir(directory).then(() => error, (cause: unknown) => cause);
}

/**
 * Windows has no file modes: icacls removes what is inherited and grants this user alone full control.
 * https://learn.microsoft.com/windows-server/administration/windows-commands/icacls
 */
async function restrictToUser(platform: Platform, target: string): Promise<void> {
  const icacls = platform.path.join(platform.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'icacls.exe');
  const result = await platform.run(icacls, [target, '/inheritance:r', '/grant:r', `${platform.userName}:F`]);
  if (result.code !== 0) {
    throw new B2dError(`The access rights of ${target} could not be set.`, {
      exit: 'storage',
      reason: (result.stderr || result.stdout).trim(),
      remedy: 'Choose a folder on an NTFS drive: set B2D_HOME',
    });
  }
}

/** The user's error for a file operation that failed: disk full, no rights, read-only, missing. */
export function storageError(verb: string, file: string, error: unknown): B2dError {
  const reasons: Record<string, string> = {
    ENOSPC: 'The disk is full.',
    EDQUOT: 'Your disk quota is used up.',
    EACCES: 'You have no right to write there.',
    EPERM: 'The operating system does not allow it.',
    EROFS: 'The file system is read-only.',
    ENOENT: 'The folder does not exist.',
    ENOTDIR: 'A part of the path is a file, not a folder.',
  };
  const code = codeOf(error) ?? '';
  return new B2dError(`Cannot ${verb} ${file}.`, {
    exit: 'storage',
    reason: reasons[code] ?? messageOf(error),
    remedy: code === 'ENOSPC' || code === 'EDQUOT' ? 'Free some space, then run the command again.' : 'Check the folder, or choose another with B2D_HOME.',
    cause: error,
  });
}

/** The text of a file, or undefined where there is none. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw storageError('read', file, error);
  }
}

/** Whether there is a file or folder of that name. */
export async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(() => true, () => false);
}

/** The last `count` non-empty lines of a text file, without control sequences; an empty list where there is none. */
export async function tailLines(file: string, count: number): Promise<string[]> {
  const handle = await fs.open(file, 'r').catch(() => undefined);
  if (!handle) return [];
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, Math.max(64 * 1024, count * 256)); // more than lines of consoles and logs have
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return plainText(buffer.subarray(0, bytesRead).toString('utf8')).split('\n').filter((line) => line.trim() !== '').slice(count === 0 ? Infinity : -count);
  } finally {
    await handle.close();
  }
}

/** Text from a terminal or serial line without escape sequences, carriage returns and other control characters. */
export function plainText(text: string): string {
  return text
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b[()][0-9A-B]|\u001b./g, '')
    .replace(/\r+\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}
