import type { Connection } from './connect.ts';
import { runSession, type SessionOptions } from './session.ts';

/**
 * Runs a command in the machine and returns its exit code; see `runSession` for signals and errors.
 *
 * As with ssh(1), the arguments are joined with spaces and the result is read by the login shell of the guest's user:
 * `b2d ssh -- ls '*.log'` expands the pattern in the guest, and an argument with a space in it needs a second pair
 * of quotes. That is the SSH protocol (RFC 4254 6.5 has one string), and what every script written for ssh expects.
 */
export function exec(connection: Connection, args: readonly string[], options: SessionOptions): Promise<number> {
  return runSession(connection, args.join(' '), options);
}

/**
 * Opens the login shell: with a terminal for a person, without one for a script on standard input
 * (`echo uptime | b2d ssh`).
 */
export function shell(connection: Connection, options: SessionOptions): Promise<number> {
  return runSession(connection, undefined, options);
}
