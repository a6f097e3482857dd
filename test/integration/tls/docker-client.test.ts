import fs from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hostPlatform, type RunResult } from '../../../src/platform/platform.ts';
import { ensureTls } from '../../../src/tls/ensure.ts';
import type { TlsPaths } from '../../../src/tls/paths.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';
import { startEngine, type TestEngine } from '../../support/tls-engine.ts';
import { tool } from '../../support/tools.ts';

const platform = hostPlatform();
const docker = tool('docker', 'docker-cli');
const folders: string[] = [];
let paths: TlsPaths;
let engine: TestEngine;

async function machine(machineName = 'default', now = new Date()): Promise<TlsPaths> {
  const folder = await awkwardFolder('docker');
  folders.push(folder);
  return (await ensureTls(platform, folder, { machineName, now })).paths;
}

beforeAll(async () => {
  paths = await machine();
  engine = await startEngine(paths);
});
afterAll(async () => {
  await engine?.close();
  await Promise.all(folders.map(removeFolder));
});

/** `docker version` as a user of `b2d env` runs it, with nothing of this computer's docker settings. */
async function dockerVersion(certPath: string, port = engine.port, env: NodeJS.ProcessEnv = {}): Promise<RunResult> {
  return platform.run(docker, ['version', '--format', '{{.Server.Version}}'], {
    env: { PATH: platform.env['PATH'], HOME: certPath, DOCKER_CONFIG: certPath, DOCKER_HOST: `tcp://127.0.0.1:${port}`, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certPath, ...env },
  });
}

describe('the docker client', () => {
  test('talks to the engine of its machine', async () => {
    expect(await dockerVersion(paths.dockerDirectory)).toMatchObject({ code: 0, stdout: '28.0.0-test\n', stderr: '' });
    expect(engine.requests.some((request) => request.endsWith('/version'))).toBe(true);
  });

  test.each(['a..b', '.x.', '-y-', 'under_score'])('reads the certificate of a machine named %s', async (name) => {
    const odd = await machine(name);
    const server = await startEngine(odd);
    try {
      expect(await dockerVersion(odd.dockerDirectory, server.port)).toMatchObject({ code: 0, stderr: '' });
    } finally {
      await server.close();
    }
  });

  test('refuses the engine of another machine', async () => {
    const other = await machine();
    const result = await dockerVersion(other.dockerDirectory);
    expect(result.code).not.toBe(0);
    expect(result.stderr).toMatch(/certificate signed by unknown authority|failed to verify certificate/);
  });

  test('is refused with another CA\'s certificate', async () => {
    const other = await machine();
    await fs.copyFile(paths.ca, other.ca);
    const [seen, refused] = [engine.requests.length, engine.refusals.length];
    expect((await dockerVersion(other.dockerDirectory)).code).not.toBe(0);
    expect(engine.requests).toHaveLength(seen);
    expect(engine.refusals.length).toBeGreaterThan(refused);
  });

  test('is refused with an expired certificate of the machine\'s own CA', async () => {
    const folder = await awkwardFolder('docker');
    folders.push(folder);
    const fiveYears = 5 * 365 * 24 * 3600 * 1000; // the CA lives on, the leafs do not
    const old = await ensureTls(platform, folder, { machineName: 'default', now: new Date(Date.now() - fiveYears) });
    const before = await Promise.all([old.paths.clientCertificate, old.paths.clientKey].map((file) => fs.readFile(file)));
    const renewed = await ensureTls(platform, folder, { machineName: 'default', now: new Date() });
    expect(renewed.renewed).toEqual({ server: 'expires soon', client: 'expires soon' });
    const server = await startEngine(renewed.paths);
    try {
      expect(await dockerVersion(renewed.paths.dockerDirectory, server.port)).toMatchObject({ code: 0 });
      await fs.writeFile(renewed.paths.clientCertificate, before[0]!);
      await fs.writeFile(renewed.paths.clientKey, before[1]!);
      const seen = server.requests.length;
      expect(server.refusals).toEqual([]);
      expect((await dockerVersion(renewed.paths.dockerDirectory, server.port)).code).not.toBe(0);
      expect(server.requests).toHaveLength(seen);
      expect(server.refusals).not.toEqual([]);
    } finally {
      await server.close();
    }
  });

  test('refuses an expired engine', async () => {
    const old = await machine('default', new Date('2010-01-01T00:00:00Z'));
    const server = await startEngine(old);
    try {
      const result = await dockerVersion(old.dockerDirectory, server.port);
      expect(result.code).not.toBe(0);
      expect(result.stderr).toMatch(/expired/);
    } finally {
      await server.close();
    }
  });

  test('gets nothing over plain HTTP', async () => {
    const result = await dockerVersion(paths.dockerDirectory, engine.port, { DOCKER_TLS_VERIFY: undefined, DOCKER_CERT_PATH: undefined });
    expect(result.code).not.toBe(0);
    expect(result.stdout.trim()).toBe('');
  });

  test('is refused without a certificate', async () => {
    const bare = await machine();
    await fs.copyFile(paths.ca, bare.ca);
    await fs.rm(bare.clientCertificate);
    await fs.rm(bare.clientKey);
    const result = await dockerVersion(bare.dockerDirectory);
    expect(result.code).not.toBe(0);
    expect(result.stderr).toMatch(/could not read|no such file|certificate required|bad certificate/i);
  });
});
