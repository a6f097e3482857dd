import type { ClientChannel } from 'ssh2';
import type { Connection } from './connect.ts';
import { EscapeFilter } from './escape.ts';
import { pump, ReaderGone } from './pump.ts';
import { signalExitCode } from './signals.ts';
import { takeTerminal, terminalRequest, type SessionStreams } from './terminal.ts';

export interface SessionOptions {
  streams: SessionStreams;
  /** A pseudo-terminal in the guest; the local terminal, where there is one, goes into raw mode. */
  terminal: boolean;
  /** The local `TERM`. */
  term?: string;
}

interface Exit {
  code?: number | null;
  signal?: string;
}

/**
 * Runs a command, or without one the login shell, with this process's streams joined to it, and returns its exit
 * code: 128 + n where a signal ended it, 141 (SIGPIPE) where our own reader went away, 129 (SIGHUP) after `~.`.
 * The local terminal is as before when this returns or throws.
 * @throws B2dError (notReady) when the connection breaks first, (storage) when output cannot be written.
 */
export async function runSession(connection: Connection, command: string | undefined, options: SessionOptions): Promise<number> {
  const { channel, exit } = await openChannel(connection, command, options);
  const { stdin, stdout, stderr } = options.streams;
  const restore = options.terminal ? takeTerminal(options.streams, channel) : () => undefined;
  let hungUp = false;
  const hangUp = (): void => {
    hungUp = true;
    connection.client.destroy(); // a frozen machine would not answer a polite end
  };
  const detachInput = feed(stdin, channel, options.terminal && stdin.isTTY ? new EscapeFilter(hangUp) : undefined);
  try {
    await Promise.all([pump(channel, stdout), pump(channel.stderr, stderr)]);
    const { code, signal } = await exit;
    if (typeof code === 'number') return code;
    if (signal !== undefined) return signalExitCode(signal);
    if (hungUp) return signalExitCode('HUP');
    throw connection.lost();
  } catch (error) {
    if (error instanceof ReaderGone) return signalExitCode('PIPE');
    throw error;
  } finally {
    detachInput();
    restore();
    channel.close();
    for (const output of [channel, channel.stderr]) output.unpipe().resume(); // lets the channel see its end
  }
}

function openChannel(connection: Connection, command: string | undefined, options: SessionOptions): Promise<{ channel: ClientChannel; exit: Promise<Exit> }> {
  const pty = options.terminal && terminalRequest(options.streams, options.term);
  return new Promise((resolve, reject) => {
    const opened = (error: Error | undefined, channel: ClientChannel): void => {
      if (error) return reject(connection.lost());
      // Listening starts here and now: the exit code may be in the same packet as the channel's confirmation.
      resolve({ channel, exit: exitOf(channel) });
    };
    try {
      if (command === undefined) connection.client.shell(pty, opened);
      else connection.client.exec(command, pty ? { pty } : {}, opened);
    } catch {
      reject(connection.lost()); // ssh2 throws when the socket is gone already
    }
  });
}

function exitOf(channel: ClientChannel): Promise<Exit> {
  return new Promise((resolve) => {
    const exit: Exit = {};
    channel.on('exit', (code: number | null, signal?: string) => Object.assign(exit, { code, signal }));
    channel.once('close', () => resolve(exit));
  });
}

/** Joins standard input to the channel and passes its end on. Returns the way back, which also pauses it, so that it keeps no process alive. */
function feed(stdin: SessionStreams['stdin'], channel: ClientChannel, escapes: EscapeFilter | undefined): () => void {
  const source = escapes ? stdin.pipe(escapes) : stdin;
  const broken = (): void => void channel.end();
  stdin.on('error', broken);
  source.pipe(channel);
  if (stdin.destroyed) channel.end();
  return () => {
    stdin.off('error', broken);
    source.unpipe(channel);
    if (escapes) stdin.unpipe(escapes);
  };
}
