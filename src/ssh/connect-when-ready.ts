import { setTimeout as pause } from 'node:timers/promises';
import { B2dError } from '../errors.ts';
import { connect, type Connection, type ConnectOptions } from './connect.ts';

/** Milliseconds between attempts: short beside a login, long beside a refused connection. */
const PAUSE_MS = 250;

/**
 * Connects to a machine whose SSH server may still be starting: a NAT rule accepts the connection and drops it until
 * something listens in the guest. Tries again while the answer is "not ready", within `timeoutMs` for all of it; a key
 * that is wrong or a port where nobody listens ends it at once.
 * @throws B2dError as `connect`; the last one when the time is up.
 */
export async function connectWhenReady(options: ConnectOptions): Promise<Connection> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    try {
      return await connect({ ...options, timeoutMs: Math.max(1, deadline - Date.now()) });
    } catch (error) {
      const again = error instanceof B2dError && error.exit === 'notReady' && Date.now() + PAUSE_MS < deadline;
      if (!again) throw error;
      await pause(PAUSE_MS);
    }
  }
}
