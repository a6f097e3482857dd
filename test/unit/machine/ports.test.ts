import net from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { choosePorts, isPortFree, serviceRules } from '../../../src/machine/ports.ts';

const servers: net.Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

function listen(): Promise<number> {
  const server = net.createServer();
  servers.push(server);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port)));
}

describe('host ports', () => {
  test('of the last run are kept when they are free', async () => {
    const docker = await listen();
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect((await choosePorts({ docker }, new Set())).docker).toBe(docker);
  });

  test('of the last run are given up when another program has them', async () => {
    const docker = await listen();
    const chosen = await choosePorts({ docker }, new Set());
    expect(chosen.docker).not.toBe(docker);
    expect(await isPortFree(chosen.docker)).toBe(true);
  });

  test('that other machines had are left to them', async () => {
    const chosen = await choosePorts({}, new Set([2376, 2022]));
    expect([2376, 2022]).not.toContain(chosen.docker);
    expect([2376, 2022]).not.toContain(chosen.ssh);
  });

  test('differ from each other', async () => {
    const { docker, ssh } = await choosePorts({ docker: 2022, ssh: 2022 }, new Set());
    expect(docker).not.toBe(ssh);
  });

  test('become NAT rules on the loopback address alone', () => {
    expect(serviceRules({ docker: 5000, ssh: 5001 })).toEqual([
      { name: 'docker', protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 5000, guestPort: 2376 },
      { name: 'ssh', protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 5001, guestPort: 22 },
    ]);
  });
});
