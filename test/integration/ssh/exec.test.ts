import { createHash, randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Connection } from '../../../src/ssh/connect.ts';
import { exec, shell } from '../../../src/ssh/exec.ts';
import { Collector, pipes, startGuest, type TestGuest } from '../../support/sshd-client.ts';
import { sshdKinds } from '../../support/sshd.ts';

const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

describe.each(sshdKinds)('over %s', (kind) => {
  let guest: TestGuest;
  let connection: Connection;

  beforeAll(async () => {
    guest = await startGuest(kind);
    connection = await guest.connect();
  });
  afterAll(() => guest?.close());

  async function run(args: string[], streams = pipes(), terminal = false) {
    const code = await exec(connection, args, { streams, terminal });
    return { code, stdout: streams.stdout.text, stderr: streams.stderr.text };
  }

  test('a command\'s output, its errors and its exit code arrive apart', async () => {
    expect(await run(['printf out; printf err >&2; exit 7'])).toEqual({ code: 7, stdout: 'out', stderr: 'err' });
  });

  test.each([0, 1, 2, 42, 126, 127, 255])('exit code %i is returned as it is', async (code) => {
    expect(await run([`exit ${code}`])).toMatchObject({ code });
  });

  test.each([['HUP', 129], ['INT', 130], ['KILL', 137], ['USR1', 138], ['SEGV', 139], ['TERM', 143]])('signal %s gives %i', async (signal, code) => {
    expect(await run([`kill -${signal} $$`])).toMatchObject({ code });
  });

  test('arguments are joined with spaces and read by the remote shell, as ssh does', async () => {
    expect(await run(['echo', 'a  b', '"c  d"', '$((1+1))'])).toMatchObject({ code: 0, stdout: 'a b c  d 2\n' });
  });

  test('the end of standard input ends a filter', async () => {
    expect(await run(['cat'], pipes('one\ntwo'))).toEqual({ code: 0, stdout: 'one\ntwo', stderr: '' });
    expect(await run(['cat'])).toMatchObject({ code: 0, stdout: '' });
  });

  test('a command ends though its standard input stays open, and nothing is left attached', async () => {
    const streams = pipes('open');
    expect(await run(['echo done'], streams)).toMatchObject({ code: 0, stdout: 'done\n' });
    for (const event of ['data', 'end', 'error', 'readable']) expect([event, streams.stdin.listenerCount(event)]).toEqual([event, 0]);
    expect(streams.stdin.isPaused()).toBe(true);
  });

  test('20 MB go through and come back intact', async () => {
    const data = randomBytes(20 * 1024 * 1024);
    const streams = pipes(data);
    expect(await exec(connection, ['cat'], { streams, terminal: false })).toBe(0);
    expect(sha256(Buffer.concat(streams.stdout.chunks))).toBe(sha256(data));
  });

  test('both directions are counted right where only one flows', async () => {
    const data = randomBytes(20 * 1024 * 1024);
    expect((await run(['sha256sum'], pipes(data))).stdout).toContain(sha256(data));
    const streams = pipes();
    expect(await exec(connection, ['head -c 20000000 /dev/zero; head -c 3000000 /dev/zero >&2'], { streams, terminal: false })).toBe(0);
    expect([Buffer.concat(streams.stdout.chunks).length, Buffer.concat(streams.stderr.chunks).length]).toEqual([20_000_000, 3_000_000]);
  });

  test('a reader that stands still holds the sender back instead of filling the memory', async () => {
    const stdout = new PassThrough({ highWaterMark: 16 * 1024 });
    const streams = { ...pipes(), stdout };
    const ended = exec(connection, ['head -c 40000000 /dev/zero; echo all sent >&2'], { streams, terminal: false });
    // As much goes through another channel meanwhile, so there was time enough to send it all.
    expect((await run(['head -c 40000000 /dev/zero'])).stdout).toHaveLength(40_000_000);
    expect(streams.stderr.text).toBe('');
    let count = 0;
    stdout.on('data', (chunk: Buffer) => (count += chunk.length));
    expect(await ended).toBe(0);
    expect([count, streams.stderr.text]).toEqual([40_000_000, 'all sent\n']);
  });

  test('a reader that goes away ends an endless command with 141', async () => {
    const stdout = new Collector();
    stdout._write = (_chunk, _encoding, done) => (done as (error?: Error) => void)(Object.assign(new Error('broken pipe'), { code: 'EPIPE' }));
    expect(await exec(connection, ['yes'], { streams: { ...pipes('open'), stdout }, terminal: false })).toBe(141);
  });

  test('output that cannot be written is an error with its cause', async () => {
    const stdout = new Collector();
    stdout._write = (_chunk, _encoding, done) => (done as (error?: Error) => void)(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
    await expect(exec(connection, ['echo x'], { streams: { ...pipes(), stdout }, terminal: false })).rejects.toMatchObject({ exit: 'storage', reason: 'The disk is full.' });
  });

  test('several commands run over one connection at once', async () => {
    const results = await Promise.all([1, 2, 3, 4].map((code) => run([`cat; exit ${code}`], pipes(`input ${code}`))));
    expect(results).toEqual([1, 2, 3, 4].map((code) => ({ code, stdout: `input ${code}`, stderr: '' })));
  });

  test('-t gives the command a terminal', async () => {
    expect((await run(['test -t 0 && stty size'], pipes('open'), true)).stdout.trim()).toBe('24 80');
    expect(await run(['test -t 0'])).toMatchObject({ code: 1 });
  });

  test('a script on standard input is run by the login shell', async () => {
    const streams = pipes('echo "from the shell"\nexit 3\n');
    expect(await shell(connection, { streams, terminal: false })).toBe(3);
    expect(streams.stdout.text).toContain('from the shell\n');
  });

  test('a connection that breaks in the middle is said so', async () => {
    const second = await guest.connect();
    const streams = pipes('open');
    const ended = exec(second, ['echo started; cat'], { streams, terminal: false });
    await streams.stdout.until(/started/);
    second.client.destroy();
    await expect(ended).rejects.toMatchObject({ exit: 'notReady', message: expect.stringContaining('was lost') });
    await expect(exec(second, ['true'], { streams: pipes(), terminal: false })).rejects.toMatchObject({ exit: 'notReady' });
  });
});
