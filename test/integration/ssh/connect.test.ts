import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import ssh2 from 'ssh2';
import { connectWhenReady } from '../../../src/ssh/connect-when-ready.ts';
import { connect } from '../../../src/ssh/connect.ts';
import { newKeyPair } from '../../../src/ssh/key-pair.ts';
import { exec } from '../../../src/ssh/exec.ts';
import { pipes, startGuest, type TestGuest } from '../../support/sshd-client.ts';
import { freePort, sshdKinds, startFreezer } from '../../support/sshd.ts';

const stranger = newKeyPair('stranger');

describe.each(sshdKinds)('connecting to %s', (kind) => {
  let guest: TestGuest;

  beforeAll(async () => {
    guest = await startGuest(kind);
  });
  afterAll(() => guest?.close());

  test('the right keys get in', async () => {
    const connection = await guest.connect();
    expect(await exec(connection, ['true'], { streams: pipes(), terminal: false })).toBe(0);
    connection.close();
    connection.close();
  });

  test('another host key is refused before anything of the user is sent', async () => {
    const error = await guest.connect({ hostKey: stranger.publicKey }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ exit: 'security', exitCode: 13, message: expect.stringMatching(/host key .* is not the one b2d gave this machine/) });
    expect((error as { details: string[] }).details).toEqual([expect.stringMatching(/^expected SHA256:/), expect.stringMatching(/^presented SHA256:/)]);
    expect((error as { remedy: string[] }).remedy.join()).toContain('b2d restart');
    expect(guest.log()).not.toMatch(/stranger/);
  });

  test('a refused user key is said so, and nothing else is tried', async () => {
    const error = await guest.connect({ privateKey: stranger.privateKey }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ exit: 'security', message: expect.stringContaining("refused b2d's SSH key"), remedy: [expect.stringContaining('b2d restart')] });
    expect(guest.log()).not.toMatch(/password auth/i);
  });

  test('a machine that freezes after the login is given up', async () => {
    const way = await startFreezer(guest.port);
    try {
      const connection = await guest.connect({ port: way.port, keepaliveMs: 50 });
      const streams = pipes('open');
      const ended = exec(connection, ['echo started; cat'], { streams, terminal: false });
      await streams.stdout.until(/started/);
      way.freeze();
      await expect(ended).rejects.toMatchObject({ exit: 'notReady', reason: expect.stringContaining('Keepalive timeout') });
    } finally {
      await way.close();
    }
  });

  test('a guest whose server is still starting is waited for', async () => {
    let drops = 2;
    const nat = net.createServer((near) => {
      near.on('error', () => undefined);
      if (drops-- > 0) return void near.resetAndDestroy();
      const far = net.connect(guest.port, '127.0.0.1').on('error', () => undefined);
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => nat.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = nat.address() as AddressInfo;
      const privateKey = await fs.readFile(guest.keys.paths.userKey, 'utf8');
      const connection = await connectWhenReady({ port, user: guest.user, privateKey, hostKey: guest.keys.hostPublicKey, timeoutMs: 20_000 });
      expect(drops).toBe(-1);
      connection.client.destroy();
    } finally {
      await new Promise((resolve) => nat.close(resolve));
    }
  });

  test('the secret key is in no error', async () => {
    const error = await guest.connect({ privateKey: stranger.privateKey }).catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error)).not.toContain('PRIVATE KEY');
  });
});

describe('connecting to what is no guest', () => {
  const servers: net.Server[] = [];
  const sockets: net.Socket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  async function serve(answer: (socket: net.Socket) => void): Promise<number> {
    const server = net.createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      answer(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  const attempt = (port: number, timeoutMs = 20_000) =>
    connect({ port, privateKey: stranger.privateKey, hostKey: stranger.publicKey, timeoutMs }).catch((thrown: unknown) => thrown);

  test('nobody listens: the machine is not running', async () => {
    expect(await attempt(await freePort())).toMatchObject({ exit: 'machineNotRunning', remedy: ['b2d status', 'b2d up'] });
  });

  test('a port that accepts and says nothing ends at the deadline', async () => {
    expect(await attempt(await serve(() => undefined), 300)).toMatchObject({ exit: 'notReady', message: expect.stringContaining('within 0.3 seconds') });
  });

  test('a server that stops after its greeting ends at the deadline too', async () => {
    expect(await attempt(await serve((socket) => socket.write('SSH-2.0-slow\r\n')), 300)).toMatchObject({ exit: 'notReady' });
  });

  test('a port that closes at once is not ready yet', async () => {
    expect(await attempt(await serve((socket) => socket.end()))).toMatchObject({ exit: 'notReady', message: expect.stringContaining('closed before the login') });
    expect(await attempt(await serve((socket) => socket.resetAndDestroy()))).toMatchObject({ exit: 'notReady' });
  });

  test('waiting ends at once where nobody listens or a key is wrong, and at the deadline otherwise', async () => {
    const waiting = (port: number, timeoutMs: number) =>
      connectWhenReady({ port, privateKey: stranger.privateKey, hostKey: stranger.publicKey, timeoutMs }).catch((thrown: unknown) => thrown);
    expect(await waiting(await freePort(), 3_600_000)).toMatchObject({ exit: 'machineNotRunning' });
    let attempts = 0;
    const port = await serve((socket) => {
      attempts++;
      socket.resetAndDestroy();
    });
    expect(await waiting(port, 2000)).toMatchObject({ exit: 'notReady' });
    expect(attempts).toBeGreaterThan(1);
  });

  test('another protocol is not taken for SSH', async () => {
    const port = await serve((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
    expect(await attempt(port)).toMatchObject({ exit: 'notReady', reason: expect.stringContaining('another program') });
  });

  test('a server with an RSA host key only is refused', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' });
    const server = new ssh2.Server({ hostKeys: [rsa] }, (client) => client.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      expect(await attempt((server.address() as AddressInfo).port)).toMatchObject({ exit: 'security', message: expect.stringContaining('offers nothing that b2d accepts') });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
