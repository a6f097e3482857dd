import fs from 'node:fs/promises';
import { PassThrough, Writable } from 'node:stream';
import { hostPlatform } from '../../src/platform/platform.ts';
import { connect, type Connection, type ConnectOptions } from '../../src/ssh/connect.ts';
import { ensureSshKeys, type SshKeysResult } from '../../src/ssh/ensure.ts';
import { startSshd, type SshdKind, type TestSshd } from './sshd.ts';
import { awkwardFolder, removeFolder } from './temp.ts';

/** A machine's keys with a server that has them. */
export interface TestGuest extends TestSshd {
  folder: string;
  keys: SshKeysResult;
  connect(overrides?: Partial<ConnectOptions>): Promise<Connection>;
}

export async function startGuest(kind: SshdKind): Promise<TestGuest> {
  const folder = await awkwardFolder('ssh');
  const keys = await ensureSshKeys(hostPlatform(), folder, { machineName: 'default' });
  const server = await startSshd(kind, { hostKeyFile: keys.paths.hostKey, authorizedKey: keys.userPublicKey });
  const privateKey = await fs.readFile(keys.paths.userKey, 'utf8');
  const connections: Connection[] = [];
  return {
    ...server,
    folder,
    keys,
    connect: async (overrides = {}) => {
      const connection = await connect({ port: server.port, user: server.user, privateKey, hostKey: keys.hostPublicKey, timeoutMs: 20_000, ...overrides });
      connections.push(connection);
      return connection;
    },
    close: async () => {
      for (const connection of connections) connection.client.destroy();
      await server.close();
      await removeFolder(folder);
    },
  };
}

/** A stream that keeps what was written to it. */
export class Collector extends Writable {
  readonly chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(chunk);
    this.emit('collected');
    done();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }

  /** Resolves once the text matches; the test's own deadline ends the wait. */
  until(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!pattern.test(this.text)) return;
        this.off('collected', look);
        resolve();
      };
      this.on('collected', look);
      look();
    });
  }
}

/** Standard streams of a command with the given input; `open` leaves standard input open. */
export function pipes(input: string | Buffer | 'open' = '') {
  const stdin = new PassThrough();
  if (input !== 'open') stdin.end(input);
  return { stdin, stdout: new Collector(), stderr: new Collector() };
}
