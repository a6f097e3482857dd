import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { QmpError } from './qmp-error.ts';

/**
 * Where QEMU's control socket is. Unix: a socket file, relative to the driver's folder or absolute. Windows: a port on
 * 127.0.0.1 behind TLS with a key that only this user can read, because QEMU's named pipes serve one client in all
 * their life (chardev/char-pipe.c never disconnects and connects again) and Node cannot open Windows' Unix sockets.
 */
export type Endpoint = { kind: 'unix'; path: string } | { kind: 'tls'; port: number; keyFile: string };

/** The identity in the key file; QEMU's tls-creds-psk wants one. */
export const PSK_IDENTITY = 'b2d';

/** An open control connection. */
export interface Connection {
  socket: net.Socket;
  send(text: string): void;
}

const RETRY_MS = 20;

/** Reads where the control socket is, or undefined before the first start. */
export async function readEndpoint(file: string): Promise<Endpoint | undefined> {
  const text = await fs.readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<{ kind: string; path: string; port: number }>;
    const folder = path.dirname(file);
    if (value.kind === 'unix' && typeof value.path === 'string') return { kind: 'unix', path: path.resolve(folder, value.path) };
    if (value.kind === 'tls' && Number.isInteger(value.port)) {
      return { kind: 'tls', port: Number(value.port), keyFile: path.join(folder, 'credentials', 'keys.psk') };
    }
  } catch {
    // not JSON: as good as missing, the next start writes it anew
  }
  return undefined;
}

/** Connects before `deadline` (a `Date.now()` value). @throws QmpError */
export async function connectEndpoint(endpoint: Endpoint, deadline: number): Promise<Connection> {
  for (;;) {
    const left = Math.max(1, deadline - Date.now());
    try {
      if (endpoint.kind === 'tls') return await connectTls(endpoint, left);
      const socket = await connectOnce(net.connect({ path: endpoint.path }), 'connect', left);
      return { socket, send: (text) => void socket.write(text) };
    } catch (error) {
      // EAGAIN: another client is served and the queue behind it is full (Linux); it frees itself shortly
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || Date.now() >= deadline) throw connectError(error);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function connectTls(endpoint: Endpoint & { kind: 'tls' }, timeoutMs: number): Promise<Connection> {
  const tls = await import('node:tls');
  const line = (await fs.readFile(endpoint.keyFile, 'utf8')).split('\n').find((entry) => entry.startsWith(`${PSK_IDENTITY}:`));
  const psk = Buffer.from(line?.trim().slice(PSK_IDENTITY.length + 1) ?? '', 'hex');
  const socket = tls.connect({
    host: '127.0.0.1',
    port: endpoint.port,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2', // Node offers pre-shared keys up to 1.2
    ciphers: 'ECDHE-PSK-CHACHA20-POLY1305:DHE-PSK-AES256-GCM-SHA384:DHE-PSK-AES128-GCM-SHA256',
    pskCallback: () => ({ psk, identity: PSK_IDENTITY }),
    checkServerIdentity: () => undefined, // no certificates: both sides prove that they hold the key
  });
  await connectOnce(socket, 'secureConnect', timeoutMs);
  return { socket, send: bytewise(socket) };
}

/**
 * One byte in each TLS record. QEMU's monitor reads a single byte at a time and waits for the socket in between, without
 * regard to what the TLS layer has decrypted already (seen in QEMU 7.2): of a longer record it would see the first byte only.
 */
function bytewise(socket: net.Socket): (text: string) => void {
  let queue = Promise.resolve();
  const write = (byte: Uint8Array): Promise<void> => new Promise((resolve) => socket.write(byte, () => resolve()));
  return (text) => {
    for (const byte of Buffer.from(text)) queue = queue.then(() => (socket.destroyed ? undefined : write(Uint8Array.of(byte))));
  };
}

function connectOnce(socket: net.Socket, ready: 'connect' | 'secureConnect', timeoutMs: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => fail(new QmpError('timeout', 'QEMU did not accept the control connection in time.')), timeoutMs);
    socket.once('error', fail);
    socket.once(ready, () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

function connectError(error: unknown): QmpError {
  if (error instanceof QmpError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const nobody = ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(code);
  return new QmpError(nobody ? 'refused' : 'closed', `QEMU's control socket cannot be reached (${code || String(error)}).`, error);
}
