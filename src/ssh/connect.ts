import ssh2, { type Client, type ConnectConfig, type PublicKeyAuthMethod } from 'ssh2';
import { forwardableAgent } from './agent.ts';
import { connectError, connectionLost, deadlineError, hostKeyError, type Endpoint } from './connect-errors.ts';
import { publicKeyBytes } from './key-pair.ts';
import type { B2dError } from '../errors.ts';

export interface ConnectOptions {
  /** 127.0.0.1 unless told. */
  host?: string;
  port: number;
  /** `docker` unless told. */
  user?: string;
  /** The text of the user's private key. */
  privateKey: string;
  /** The host key the machine must present, `ssh-ed25519 BASE64`: pinned, never learnt from the first connection. */
  hostKey: string;
  /** Milliseconds for all of connecting, key exchange and login. */
  timeoutMs: number;
  /** Milliseconds between questions whether the machine is still there; 15,000 unless told. Four without an answer end the connection. */
  keepaliveMs?: number;
  /** Forwards the agent behind this socket to the machine (see `agentSocket`); without it nothing is forwarded. */
  forwardAgent?: string;
}

/** A logged-in connection. */
export interface Connection {
  readonly endpoint: Endpoint;
  /** ssh2's client, for what needs its own channel (SFTP, port forwarding). */
  readonly client: Client;
  /** The error for a session that ended without a word from the server. */
  lost(): B2dError;
  /** Says goodbye and closes the socket; safe to call twice. */
  close(): void;
}

/**
 * What OpenSSH and dropbear of this decade both have; nothing with SHA-1, CBC or RSA. AES-GCM first, because Node's own
 * OpenSSL does it, then what dropbear has.
 */
const algorithms: NonNullable<ConnectConfig['algorithms']> = {
  kex: ['curve25519-sha256', 'curve25519-sha256@libssh.org'],
  serverHostKey: ['ssh-ed25519'],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com', 'aes256-ctr', 'aes128-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
};

/** A guest that is silent for a minute (four of these) is gone; a host that slept finds out within it after waking. */
const KEEPALIVE_MS = 15_000;

/**
 * Connects and logs in with the user's key; no password and no other method is tried.
 * @throws B2dError (machineNotRunning) nothing listens; (notReady) no answer in time or closed early; (security) the host
 *   key is not the pinned one, the server offers no acceptable algorithm, or it refuses the user's key.
 */
export function connect(options: ConnectOptions): Promise<Connection> {
  const endpoint = { host: options.host ?? '127.0.0.1', port: options.port };
  const pinned = publicKeyBytes(options.hostKey);
  if (!pinned) return Promise.reject(new TypeError('hostKey is no ssh-ed25519 public key'));

  const username = options.user ?? 'docker';
  const login: PublicKeyAuthMethod = { type: 'publickey', username, key: options.privateKey };
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    let presented: Buffer | undefined;
    let lastError: unknown;

    const fail = (error: B2dError): void => {
      clearTimeout(timer);
      client.destroy();
      reject(error);
    };
    const timer = setTimeout(() => fail(deadlineError(endpoint, options.timeoutMs)), options.timeoutMs);

    client.on('ready', () => {
      clearTimeout(timer);
      client.setNoDelay(true); // one keystroke, one packet
      resolve({ endpoint, client, lost: () => connectionLost(endpoint, lastError), close: () => client.end() });
    });
    // This listener stays: a connection that breaks later must not end the process; its sessions report it.
    client.on('error', (error) => {
      lastError = error;
      fail(presented ? hostKeyError(endpoint, pinned, presented) : connectError(endpoint, error));
    });
    client.on('close', () => fail(connectError(endpoint, lastError ?? new Error('connection closed'))));

    client.connect({
      ...endpoint,
      keepaliveInterval: options.keepaliveMs ?? KEEPALIVE_MS,
      keepaliveCountMax: 4,
      algorithms,
      readyTimeout: 0, // the deadline above covers it
      username,
      authHandler: [login],
      hostVerifier: (key: Buffer) => {
        if (key.equals(pinned)) return true;
        presented = key;
        return false;
      },
      ...(options.forwardAgent !== undefined && { agent: forwardableAgent(options.forwardAgent), agentForward: true }),
    });
  });
}
