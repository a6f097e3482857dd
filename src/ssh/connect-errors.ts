import { B2dError, codeOf, messageOf } from '../errors.ts';
import { fingerprint } from './key-pair.ts';

export interface Endpoint {
  host: string;
  port: number;
}

/** The server presented another key than the pinned one. */
export function hostKeyError(at: Endpoint, expected: Buffer, presented: Buffer): B2dError {
  return new B2dError(`The SSH host key on ${at.host}:${at.port} is not the one b2d gave this machine.`, {
    exit: 'security',
    reason: 'Another program or machine may answer on this port, or the keys on this computer were made anew while the machine was running. b2d did not log in and sent nothing.',
    remedy: ['b2d status    (is this machine the one on that port?)', 'b2d restart   (hands the machine its host key again)'],
    details: [`expected ${fingerprint(expected)}`, `presented ${fingerprint(presented)}`],
  });
}

/** Nothing usable came within the deadline. */
export function deadlineError(at: Endpoint, timeoutMs: number): B2dError {
  return new B2dError(`No SSH answer from ${at.host}:${at.port} within ${timeoutMs / 1000} seconds.`, {
    exit: 'notReady',
    reason: 'The port is open, but the SSH server in the machine does not answer: it is still starting, or the machine hangs.',
    remedy: ['b2d status', 'b2d logs', 'b2d restart'],
  });
}

/** The user's error for anything else that ends a connection before the login; ssh2 marks its errors with `level`. */
export function connectError(at: Endpoint, error: unknown): B2dError {
  const where = `${at.host}:${at.port}`;
  const level = (error as { level?: unknown } | null)?.level;
  if (codeOf(error) === 'ECONNREFUSED') {
    return new B2dError(`Nothing answers SSH on ${where}.`, {
      exit: 'machineNotRunning',
      reason: 'The machine is not running, or it was started anew on another port.',
      remedy: ['b2d status', 'b2d up'],
      cause: error,
    });
  }
  if (level === 'client-authentication') {
    return new B2dError(`The machine on ${where} refused b2d's SSH key.`, {
      exit: 'security',
      reason: 'It was started with another key: the key on this computer was made anew since, or the machine\'s authorized_keys was changed.',
      remedy: 'b2d restart   (hands the machine the present key)',
      cause: error,
    });
  }
  if (level === 'handshake') {
    return new B2dError(`The SSH server on ${where} offers nothing that b2d accepts.`, {
      exit: 'security',
      reason: `b2d takes an ed25519 host key and current algorithms only; the server said: ${messageOf(error)}. Another program may answer on this port.`,
      remedy: ['b2d status', 'b2d restart'],
      cause: error,
    });
  }
  return new B2dError(`The SSH connection to ${where} was closed before the login.`, {
    exit: 'notReady',
    reason: `The SSH server in the machine is not up yet, or another program answers on this port (${messageOf(error)}).`,
    remedy: ['b2d status', 'b2d logs'],
    cause: error,
  });
}

/** The connection ended while something ran over it. */
export function connectionLost(at: Endpoint, cause?: unknown): B2dError {
  return new B2dError(`The SSH connection to ${at.host}:${at.port} was lost.`, {
    exit: 'notReady',
    reason: `The machine stopped or restarted, or it did not answer for too long${cause === undefined ? '' : ` (${messageOf(cause)})`}.`,
    remedy: ['b2d status', 'b2d up'],
    cause,
  });
}
