import type { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { ClientChannel, PseudoTtyOptions } from 'ssh2';

/** The streams of a session; `process.stdin`, `process.stdout` and `process.stderr`, or a test's own. */
export interface SessionStreams {
  stdin: Readable & { isTTY?: boolean; isRaw?: boolean; setRawMode?(raw: boolean): unknown };
  /** A terminal tells its size and emits `resize` when it changes, on Windows too, which has no SIGWINCH. */
  stdout: Writable & { isTTY?: boolean; columns?: number; rows?: number };
  stderr: Writable;
  /** Emits `exit` when this process ends; `process` unless a test says otherwise. */
  lifetime?: EventEmitter;
}

/** Opcode 42 of RFC 8160 (IUTF8) set, so that erasing in the guest's line editing takes a whole character; then the end of the list. */
const terminalModes = Buffer.from([42, 0, 0, 0, 1, 0]);

/** The pseudo-terminal to ask for: as large as the local one, 80x24 where there is none, and of its type. */
export function terminalRequest(streams: SessionStreams, term: string | undefined): PseudoTtyOptions {
  return {
    term: term ?? 'xterm-256color', // Windows sets no TERM; its consoles understand this one
    cols: streams.stdout.columns ?? 80,
    rows: streams.stdout.rows ?? 24,
    width: 0,
    height: 0,
    modes: terminalModes as unknown as NonNullable<PseudoTtyOptions['modes']>, // ssh2's types lack the ready-made form
  };
}

/**
 * Hands the local terminal to the channel: raw mode, and each new size passed on.
 * Returns the way back, which also runs when the process exits; call it as often as you like.
 */
export function takeTerminal(streams: SessionStreams, channel: ClientChannel): () => void {
  const { stdin, stdout } = streams;
  const lifetime = streams.lifetime ?? process;
  const raw = stdin.isTTY === true && stdin.isRaw !== true && stdin.setRawMode !== undefined;
  const resized = (): void => {
    if (stdout.columns && stdout.rows) channel.setWindow(stdout.rows, stdout.columns, 0, 0);
  };
  const restore = (): void => {
    lifetime.off('exit', restore);
    stdout.off('resize', resized);
    if (raw && stdin.isRaw !== false) stdin.setRawMode?.(false);
  };
  lifetime.on('exit', restore);
  stdout.on('resize', resized);
  if (raw) stdin.setRawMode?.(true);
  return restore;
}
