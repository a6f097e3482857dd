import fs from 'node:fs/promises';
import { B2dError, codeOf, messageOf } from '../errors.ts';
import { storageError } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { draftName, type Attributes, type Draft, type Files, type Source } from './files.ts';
import { refuseHostName, sameHostName } from './names.ts';

/** The files of this computer. Relative paths start at `cwd`. */
export function hostFiles(platform: Platform, cwd: string): Files {
  const { path } = platform;
  const windows = platform.os === 'win32';
  const absolute = (file: string): string => path.resolve(cwd, file);
  const attributes = (stats: Awaited<ReturnType<typeof fs.lstat>>): Attributes => ({
    kind: stats.isSymbolicLink() ? 'link' : stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'other',
    size: Number(stats.size),
    mode: windows ? undefined : Number(stats.mode) & 0o777,
    mtime: Number(stats.mtimeMs) / 1000,
  });
  const look = (ask: typeof fs.lstat, file: string): Promise<Attributes | undefined> =>
    ask(absolute(file)).then(attributes, (error: unknown) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw storageError('read', file, error);
    });
  const during = <T>(verb: string, file: string, work: Promise<T>): Promise<T> => work.catch((error: unknown) => { throw error instanceof B2dError ? error : storageError(verb, file, error); });

  return {
    where: 'this computer',
    join: (folder, name) => path.join(folder, name),
    nameOf: async (file) => path.basename(absolute(file)),
    parentOf: (file) => path.dirname(absolute(file)),
    stat: (file) => look(fs.stat as typeof fs.lstat, file),
    lstat: (file) => look(fs.lstat, file),
    realPath: (file) => during('read', file, fs.realpath(absolute(file))),
    list: (folder) => during('read', folder, (async () => {
      const names = (await fs.readdir(absolute(folder))).sort();
      return Promise.all(names.map(async (name) => ({ name, attributes: attributes(await fs.lstat(path.join(absolute(folder), name))) })));
    })()),
    readLink: async (file) => {
      const target = await during('read', file, fs.readlink(absolute(file)));
      return windows ? target.replaceAll('\\', '/') : target;
    },
    open: (file) => during('read', file, openSource(absolute(file))),
    draft: (file) => during('write', file, openDraft(platform, absolute(file))),
    makeFolder: (folder) => during('make the folder', folder, fs.mkdir(absolute(folder), { mode: 0o700 })),
    setAttributes: (file, { mode, mtime }) => during('change', file, (async () => {
      await fs.utimes(absolute(file), mtime, mtime);
      if (!windows) await fs.chmod(absolute(file), mode ?? 0o755);
    })()),
    link: (target, file) => during('make the link', file, (async () => {
      const beside = path.join(path.dirname(absolute(file)), draftName());
      await fs.symlink(target, beside).catch((error: unknown) => {
        if (!windows || codeOf(error) !== 'EPERM') throw error;
        throw new B2dError(`Windows does not let you make the link ${file}.`, { reason: 'That needs the developer mode or an administrator.', remedy: 'Settings, System, For developers: Developer Mode' });
      });
      await fs.rename(beside, absolute(file)).catch(async (error: unknown) => { await fs.rm(beside, { force: true }); throw error; });
    })()),
    refuseName: (name) => refuseHostName(platform, name),
    sameName: (name) => sameHostName(platform, name),
  };
}

async function openSource(file: string): Promise<Source> {
  const handle = await fs.open(file, 'r');
  return {
    read: async (position, length) => {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, position).catch((error: unknown) => { throw storageError('read', file, error); });
      return buffer.subarray(0, bytesRead);
    },
    close: () => handle.close(),
  };
}

/** On Windows a file that is open cannot be replaced: that is told as what it is. */
async function openDraft({ path, os }: Platform, file: string): Promise<Draft> {
  const beside = path.join(path.dirname(file), draftName());
  const handle = await fs.open(beside, 'wx', 0o600);
  let open = true;
  let kept = false;
  const close = async (): Promise<void> => {
    if (open) await handle.close();
    open = false;
  };
  return {
    write: async (bytes, position) => {
      for (let done = 0; done < bytes.length; ) {
        done += (await handle.write(bytes, done, bytes.length - done, position + done).catch((error: unknown) => { throw storageError('write', file, error); })).bytesWritten;
      }
    },
    keep: async ({ mode, mtime }) => {
      try {
        await handle.utimes(mtime, mtime);
        if (os !== 'win32') await handle.chmod(mode ?? 0o644);
        await handle.sync();
        await close();
        await fs.rename(beside, file);
        kept = true;
      } catch (error) {
        throw os === 'win32' && codeOf(error) === 'EPERM'
          ? new B2dError(`Cannot replace ${file}.`, { exit: 'storage', reason: `A program has it open, or it is read-only (${messageOf(error)}).`, remedy: 'Close that program, then copy again.', cause: error })
          : storageError('write', file, error);
      }
    },
    discard: async () => {
      await close();
      if (!kept) await fs.rm(beside, { force: true });
    },
  };
}
