import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pingEngine } from '../../../src/engine/client.ts';
import { strangerOf } from '../../../src/engine/stranger.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { ensureTls } from '../../../src/tls/ensure.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';
import { startEngine } from '../../support/tls-engine.ts';

let folder: string;
let certPath: string;
const closing: (() => void)[] = [];
const tls = (name: string) => ensureTls(hostPlatform(), path.join(folder, name), { machineName: name, now: new Date() });
beforeEach(async () => {
  folder = await awkwardFolder();
  certPath = (await tls('mine')).paths.dockerDirectory;
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await removeFolder(folder);
});

/** What answers on the port of that server, as far as `pingEngine` can prove it. */
async function judge(server: net.Server): Promise<string | undefined> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => { server.close(); (server as Partial<http.Server>).closeAllConnections?.(); });
  return judgePort((server.address() as net.AddressInfo).port);
}

async function judgePort(port: number): Promise<string | undefined> {
  const ping = await pingEngine({ host: '127.0.0.1', port, certPath }, 1_000);
  return ping.ok ? 'the engine' : strangerOf(ping.error);
}

/** A server that does this with each connection. */
const server = (work: (socket: net.Socket) => void) => net.createServer((socket) => { socket.on('error', () => undefined); work(socket); });

describe('in the engine\'s place', () => {
  test('the engine itself is no stranger', async () => {
    const engine = await startEngine((await tls('mine')).paths);
    closing.push(() => void engine.close());
    expect(await judgePort(engine.port)).toBe('the engine');
  });

  test('an engine of another authority is one', async () => {
    const engine = await startEngine((await tls('other')).paths);
    closing.push(() => void engine.close());
    expect(await judgePort(engine.port)).toContain('another authority');
  });

  test('servers without TLS are: HTTP, SSH', async () => {
    expect(await judge(http.createServer((_, response) => response.end('x')))).toContain('does not speak TLS');
    expect(await judge(server((socket) => socket.write('SSH-2.0-OpenSSH_10.0\r\n')))).toContain('does not speak TLS');
  });

  test('a guest that is not ready yet is none: its connection closes, breaks, or stays silent', async () => {
    expect(await judge(server((socket) => socket.end()))).toBeUndefined();
    expect(await judge(server((socket) => socket.resetAndDestroy()))).toBeUndefined();
    expect(await judge(server((socket) => closing.push(() => socket.destroy())))).toBeUndefined();
    expect(await judgePort(1)).toBeUndefined();
  });
});
