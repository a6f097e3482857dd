import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Connection } from '../../../src/ssh/connect.ts';
import { exec, shell } from '../../../src/ssh/exec.ts';
import type { SessionStreams } from '../../../src/ssh/terminal.ts';
import { Collector, startGuest, type TestGuest } from '../../support/sshd-client.ts';
import { sshdKinds, startFreezer } from '../../support/sshd.ts';

/** A terminal without a device: what `process.stdin` and `process.stdout` are on one. */
class FakeTerminal {
  readonly rawModes: boolean[] = [];
  readonly lifetime = new EventEmitter();
  readonly stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    isRaw: false,
    setRawMode: (raw: boolean): void => {
      this.stdin.isRaw = raw;
      this.rawModes.push(raw);
    },
  });
  readonly stdout = Object.assign(new Collector(), { isTTY: true, columns: 101, rows: 33 });

  get streams(): SessionStreams {
    return { stdin: this.stdin, stdout: this.stdout, stderr: new Collector(), lifetime: this.lifetime };
  }

  type(text: string): void {
    this.stdin.write(text);
  }

  resize(columns: number, rows: number): void {
    Object.assign(this.stdout, { columns, rows });
    this.stdout.emit('resize');
  }

  /** As it was found: cooked, and nothing of the session left listening. */
  expectRestored(): void {
    expect(this.stdin.isRaw).toBe(false);
    expect([this.lifetime.listenerCount('exit'), this.stdout.listenerCount('resize'), this.stdin.listenerCount('data')]).toEqual([0, 0, 0]);
  }
}

describe.each(sshdKinds)('over %s', (kind) => {
  let guest: TestGuest;
  let connection: Connection;
  let terminal: FakeTerminal;

  beforeAll(async () => {
    guest = await startGuest(kind);
  });
  beforeEach(async () => {
    connection = await guest.connect();
    terminal = new FakeTerminal();
  });
  afterEach(() => void connection.client.destroy());
  afterAll(() => guest?.close());

  const open = (term = 'xterm') => shell(connection, { streams: terminal.streams, terminal: true, term });

  test('the shell has the local size and terminal type, follows a resize, and returns its exit code', async () => {
    const ended = open('vt220');
    terminal.type('echo "<$(stty size) $TERM>"\r');
    await terminal.stdout.until(/<33 101 vt220>/);
    expect(terminal.rawModes).toEqual([true]);
    terminal.resize(132, 50);
    terminal.type('echo "<$(stty size)>"\r');
    await terminal.stdout.until(/<50 132>/);
    terminal.type('exit 5\r');
    expect(await ended).toBe(5);
    expect(terminal.rawModes).toEqual([true, false]);
    terminal.expectRestored();
  });

  test('Ctrl-C reaches the guest, not b2d', async () => {
    const ended = open();
    terminal.type(`sh -c 'trap "echo caught; exit" INT; echo re""ady; while :; do sleep 1; done'\r`);
    await terminal.stdout.until(/ready/);
    terminal.type('\u0003');
    await terminal.stdout.until(/caught/);
    terminal.type('exit\r');
    await ended;
    terminal.expectRestored();
  });

  test('a guest\'s line editing erases whole characters', async () => {
    const ended = exec(connection, ['echo "<$(stty -a | grep -o .iutf8)>"'], { streams: terminal.streams, terminal: true });
    expect(await ended).toBe(0);
    expect(terminal.stdout.text).toContain('< iutf8>');
  });

  test('~. at the start of a line ends the session, also when the machine is frozen', async () => {
    const way = await startFreezer(guest.port);
    try {
      connection = await guest.connect({ port: way.port });
      const ended = open();
      terminal.type('echo re""ady\r');
      await terminal.stdout.until(/ready/);
      way.freeze();
      terminal.type('~.');
      expect(await ended).toBe(129);
      terminal.expectRestored();
    } finally {
      await way.close();
    }
  });

  test('the terminal is restored when the connection breaks', async () => {
    const ended = open();
    terminal.type('echo re""ady\r');
    await terminal.stdout.until(/ready/);
    connection.client.destroy();
    await expect(ended).rejects.toMatchObject({ exit: 'notReady' });
    terminal.expectRestored();
  });

  test('the terminal is restored when the output fails', async () => {
    terminal.stdout._write = (_chunk, _encoding, done) => (done as (error?: Error) => void)(Object.assign(new Error('input/output error'), { code: 'EIO' }));
    await expect(open()).rejects.toMatchObject({ exit: 'storage' });
    terminal.expectRestored();
  });

  test('the terminal is restored when the process exits', async () => {
    const ended = open();
    terminal.type('echo re""ady\r');
    await terminal.stdout.until(/ready/);
    terminal.lifetime.emit('exit');
    expect(terminal.rawModes).toEqual([true, false]);
    connection.client.destroy();
    await expect(ended).rejects.toThrow();
  });

  test('a terminal that was raw before stays raw', async () => {
    terminal.stdin.isRaw = true;
    const ended = open();
    terminal.type('exit\r');
    await ended;
    expect(terminal.rawModes).toEqual([]);
  });
});
