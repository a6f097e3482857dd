import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { debianProgram } from './debian-package.ts';
import { until } from './machine.ts';

export interface TestRegistry {
  port: number;
  /** The access log so far: a line for each request. */
  log(): string;
  close(): Promise<void>;
}

/** A real registry on 127.0.0.1, over TLS where it has a certificate; its images are in `storage`, which several may share. */
export async function startRegistry(storage: string, tls?: { key: string; cert: string }): Promise<TestRegistry> {
  const port = await freePort();
  const base = path.join(storage, `registry-${port}`);
  await fs.mkdir(storage, { recursive: true });
  if (tls) for (const part of ['key', 'cert'] as const) await fs.writeFile(`${base}.${part}`, tls[part], { mode: 0o600 });
  const config = {
    version: 0.1, log: { level: 'warn', accesslog: { disabled: false } },
    storage: { filesystem: { rootdirectory: path.join(storage, 'images') } },
    http: { addr: `127.0.0.1:${port}`, ...(tls && { tls: { certificate: `${base}.cert`, key: `${base}.key` } }) },
  };
  await fs.writeFile(`${base}.yml`, JSON.stringify(config)); // YAML includes JSON
  const child = spawn(await debianProgram('docker-registry', 'usr/bin/docker-registry'), ['serve', `${base}.yml`], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`docker-registry ended with ${child.exitCode}: ${output}`);
    return listens(port);
  }, `docker-registry on port ${port}`);
  return { port, log: () => output, close: async () => { child.kill(); await ended; } };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
