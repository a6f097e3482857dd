import path from 'node:path/posix';
import type { Stats } from 'ssh2';
import { B2dError, messageOf } from '../errors.ts';
import type { Connection } from '../ssh/connect.ts';
import { SftpStatus, type Sftp } from '../ssh/sftp.ts';
import { draftName, type Attributes, type Draft, type Files, type Source } from './files.ts';

/** The files of a machine, over SFTP. Relative paths start at the home folder of the user who is logged in. */
export function guestFiles({ client, call, symlink, replace, flush }: Sftp, connection: Connection): Files {
  const during = async <T>(verb: string, file: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw error instanceof B2dError ? error : guestError(connection, verb, file, error);
    }
  };
  const look = (file: string, ask: (done: (error?: Error | null, stats?: Stats) => void) => void): Promise<Attributes | undefined> =>
    during('read', file, () => call<Stats>(ask).then(attributesOf, (error: unknown) => {
      if (statusOf(error) === SftpStatus.noSuchFile) return undefined;
      throw error;
    }));
  const realPath = (file: string): Promise<string> => during('read', file, () => call<string>((done) => client.realpath(file, done)));
  const change = ({ mode, mtime }: Pick<Attributes, 'mode' | 'mtime'>, otherwise: number) => ({ mode: mode ?? otherwise, atime: clamp(mtime), mtime: clamp(mtime) });

  return {
    where: 'the machine',
    join: (folder, name) => path.join(folder, name),
    nameOf: async (file) => (/(^|\/)\.{0,2}\/*$/.test(file) ? path.basename(await realPath(file)) : path.basename(file)),
    parentOf: (file) => path.dirname(file),
    stat: (file) => look(file, (done) => client.stat(file, done)),
    lstat: (file) => look(file, (done) => client.lstat(file, done)),
    realPath,
    list: (folder) => during('read', folder, async () => {
      const entries = await call<Array<{ filename: string; attrs: Stats }>>((done) => client.readdir(folder, done));
      return entries.map(({ filename, attrs }) => ({ name: filename, attributes: attributesOf(attrs) })).sort((a, b) => (a.name < b.name ? -1 : 1));
    }),
    readLink: (file) => during('read', file, () => call<string>((done) => client.readlink(file, done))),
    open: (file) => during('read', file, async () => {
      const handle = await call<Buffer>((done) => client.open(file, 'r', done));
      return source(file, handle);
    }),
    draft: (file) => during('write', file, async () => {
      const beside = path.join(path.dirname(file), draftName());
      const handle = await call<Buffer>((done) => client.open(beside, 'wx', { mode: 0o600 }, done));
      return draft(file, beside, handle);
    }),
    makeFolder: (folder) => during('make the folder', folder, () => call((done) => client.mkdir(folder, { mode: 0o700 }, done))),
    setAttributes: (file, attributes) => during('change', file, () => call((done) => client.setstat(file, change(attributes, 0o755), done))),
    link: (target, file) => during('make the link', file, async () => {
      const beside = path.join(path.dirname(file), draftName());
      await symlink(target, beside);
      await replace(beside, file).catch(async (error: unknown) => {
        await call((done) => client.unlink(beside, done)).catch(() => undefined);
        throw error;
      });
    }),
    refuseName: () => undefined,
    sameName: (name) => name,
  };

  function source(file: string, handle: Buffer): Source {
    return {
      read: (position, length) => during('read', file, async () => {
        const buffer = Buffer.allocUnsafe(length);
        const count = await call<number>((done) => client.read(handle, buffer, 0, length, position, done)).catch((error: unknown) => {
          if (statusOf(error) === SftpStatus.eof) return 0;
          throw error;
        });
        if (count > length) throw new B2dError(`The machine sent more of ${file} than was asked for.`, { exit: 'security' });
        return buffer.subarray(0, count);
      }),
      close: () => call((done) => client.close(handle, done)),
    };
  }

  function draft(file: string, beside: string, handle: Buffer): Draft {
    let [open, kept] = [true, false];
    const close = async (): Promise<void> => {
      if (open) await call((done) => client.close(handle, done));
      open = false;
    };
    return {
      write: (bytes, position) => during('write', file, () => call((done) => client.write(handle, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length, position, done))),
      keep: (attributes) => during('write', file, async () => {
        await call((done) => client.fsetstat(handle, change(attributes, 0o644), done));
        await flush(handle);
        await close();
        await replace(beside, file);
        kept = true;
      }),
      discard: async () => {
        await close().catch(() => undefined);
        if (!kept) await call((done) => client.unlink(beside, done)).catch(() => undefined); // with the connection gone it stays, under a name of its own
      },
    };
  }
}

/** The protocol's times are unsigned 32-bit seconds. */
const clamp = (seconds: number): number => Math.min(Math.max(Math.floor(seconds), 0), 0xffffffff);

function attributesOf(stats: Stats): Attributes {
  const kind = stats.isSymbolicLink() ? 'link' : stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'other';
  return { kind, size: stats.size ?? 0, mode: (stats.mode ?? 0o644) & 0o777, mtime: stats.mtime ?? 0 };
}

function statusOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}

function guestError(connection: Connection, verb: string, file: string, error: unknown): B2dError {
  const status = statusOf(error);
  if (typeof status !== 'number' || status > SftpStatus.unsupported || status === 6 || status === 7) return connection.lost();
  const reasons: Record<number, string> = {
    [SftpStatus.noSuchFile]: 'It is not there, or its folder is not.',
    [SftpStatus.permissionDenied]: 'The user who is logged in there may not do that.',
    [SftpStatus.failure]: 'The machine says no more than that it failed: its disk may be full, or something else is in that place.',
  };
  return new B2dError(`Cannot ${verb} ${file} in the machine.`, {
    exit: 'failure',
    reason: reasons[status] ?? messageOf(error),
    ...(status === SftpStatus.permissionDenied && { remedy: 'As root: b2d cp --user root ...' }),
    cause: error,
  });
}
