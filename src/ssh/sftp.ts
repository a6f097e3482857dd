import type { SFTPWrapper } from 'ssh2';
import { B2dError, messageOf } from '../errors.ts';
import type { Connection } from './connect.ts';

/** Status codes of the protocol: draft-ietf-secsh-filexfer-02, 7. ssh2's errors carry them as `code`. */
export const SftpStatus = { eof: 1, noSuchFile: 2, permissionDenied: 3, failure: 4, badMessage: 5, unsupported: 8 } as const;

/** An SFTP session over a connection. */
export interface Sftp {
  /** ssh2's own client. */
  readonly client: SFTPWrapper;
  /** Runs one call of `client` with its callback as a promise. @throws B2dError (notReady) when the connection is lost; ssh2's error with the status as `code` */
  call<T = void>(call: Call<T>): Promise<T>;
  /** Makes a symbolic link. */
  symlink(target: string, link: string): Promise<void>;
  /** Renames over what is there, in one step where the server can (OpenSSH's can). */
  replace(from: string, to: string): Promise<void>;
  /** Flushes an open file to disk, where the server can. */
  flush(handle: Buffer): Promise<void>;
}

/** What ssh2 knows of the server, and its types do not tell. */
interface Hidden {
  _extensions: Record<string, string>;
  _isOpenSSH: boolean;
}

/** A call of ssh2 with its callback. */
type Call<T> = (done: (error?: Error | null, value?: T) => void) => unknown;

function promised<T>(call: Call<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => (error ? reject(error) : resolve(value as T)));
  });
}

/** Opens an SFTP session. @throws B2dError (notReady) when the connection is lost, (unsupported) where the server has no SFTP */
export async function openSftp(connection: Connection): Promise<Sftp> {
  const client = await promised<SFTPWrapper>((done) => connection.client.sftp(done)).catch((error: unknown) => {
    if (!/subsystem/i.test(messageOf(error))) throw connection.lost();
    throw new B2dError('The machine takes no files: its SSH server has no SFTP.', { exit: 'unsupported', reason: 'Its image is not b2d\'s own, or a part of it is missing.', remedy: 'tar -c FOLDER | b2d ssh tar -x -C /tmp', cause: error });
  });
  client.on('error', () => undefined); // each call has its own
  const waiting = new Set<(error: Error) => void>();
  let gone = false;
  connection.client.once('close', () => {
    gone = true;
    for (const reject of waiting) reject(connection.lost());
  });
  /** ssh2 never answers a call that comes when the connection is gone. */
  const call = <T = void>(work: Call<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (gone) return reject(connection.lost());
      waiting.add(reject);
      promised(work).then(resolve, reject).finally(() => waiting.delete(reject));
    });
  const { _extensions: extensions, _isOpenSSH: knownAsOpenSsh } = client as unknown as Hidden;
  // OpenSSH's sftp-server takes a link's arguments the other way round than the draft (its PROTOCOL file, 4.1). ssh2 goes by the name of the SSH server, which is dropbear here.
  const reversed = !knownAsOpenSsh && extensions['posix-rename@openssh.com'] !== undefined;
  return {
    client,
    call,
    symlink: (target, link) => call((done) => (reversed ? client.symlink(link, target, done) : client.symlink(target, link, done))),
    replace: async (from, to) => {
      if (extensions['posix-rename@openssh.com'] === '1') return call((done) => client.ext_openssh_rename(from, to, done));
      await call((done) => client.unlink(to, done)).catch(() => undefined);
      return call((done) => client.rename(from, to, done));
    },
    flush: async (handle) => {
      if (extensions['fsync@openssh.com'] === '1') await call((done) => client.ext_openssh_fsync(handle, done));
    },
  };
}
