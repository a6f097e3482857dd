import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { dockerClientCheck } from '../../../src/doctor/checks/docker-client.ts';
import { dockerEnvironmentCheck } from '../../../src/doctor/checks/docker-environment.ts';
import type { DoctorContext } from '../../../src/doctor/context.ts';
import { machineOf } from '../../../src/machine/machine.ts';
import { RECORD_VERSION, type MachineRecord } from '../../../src/machine/record.ts';
import type { OsName, Platform, RunResult } from '../../../src/platform/platform.ts';
import { doctorContext } from '../../support/doctor.ts';
import { FakeDriver } from '../../support/fake-driver.ts';
import { fakePlatform } from '../../support/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

const record: MachineRecord = {
  version: RECORD_VERSION, name: 'default', uuid: '6f3b0a52-54c1-4f7e-9b53-0a2d8f9f8a10', createdAt: '2026-01-01T00:00:00.000Z', driver: 'qemu', cpus: 2, memoryMiB: 2048, diskMiB: 20480,
  image: { sha256: 'a'.repeat(64), version: '0.1.0', source: '/x.iso' }, dataDiskMade: true, ports: { docker: 2376, ssh: 2022 }, extra: {},
};
const engine = { version: '28.0.0', apiVersion: '1.48', minApiVersion: '1.44', kernel: '6.12', os: 'linux', arch: 'amd64' };

let bin: string;
beforeEach(async () => {
  bin = await awkwardFolder('docker');
  await fs.writeFile(path.join(bin, 'docker'), '', { mode: 0o755 });
});
afterEach(() => removeFolder(bin));

/** One machine, "default", whose engine answers. */
async function context(os: OsName, platform: Partial<Platform>): Promise<DoctorContext> {
  const fake = fakePlatform(os, { homeDir: bin, ...platform });
  const machine = machineOf({ platform: fake, home: '/b2d', driver: () => new FakeDriver() }, record);
  const status = async () => ({ name: 'default', state: 'running' as const, driver: 'qemu', image: '', engine });
  return doctorContext(fake, {}, { machines: [{ name: 'default', machine }], status });
}

describe('the docker client', () => {
  const client = { Version: '28.5.2', ApiVersion: '1.51', DefaultAPIVersion: '1.51', Context: 'default' };
  const calls: NodeJS.ProcessEnv[] = [];
  beforeEach(() => void calls.splice(0));

  const run = async (answer: (env: NodeJS.ProcessEnv) => Partial<RunResult>) => dockerClientCheck.run(await context('linux', {
    env: { PATH: bin, DOCKER_CONTEXT: 'elsewhere', DOCKER_CONFIG: '/c' },
    run: async (_, __, options) => (calls.push(options?.env ?? {}), { code: 0, stdout: '', stderr: '', ...answer(options?.env ?? {}) }),
  }));
  const none = { code: 1, stdout: JSON.stringify({ Client: client, Server: null }), stderr: 'Cannot connect to the Docker daemon\n' };
  const isMachine = (env: NodeJS.ProcessEnv) => env['DOCKER_HOST'] === 'tcp://127.0.0.1:2376';

  test('is asked for itself without an engine, then for the machine\'s engine', async () => {
    const found = await run((env) => (isMachine(env) ? { stdout: JSON.stringify({ Client: client, Server: { Version: '28.0.0', ApiVersion: '1.48' } }) } : none));
    expect(found).toMatchObject([{ status: 'ok', message: 'docker 28.5.2, API up to 1.51' }, { status: 'ok', machine: 'default', message: expect.stringContaining('API 1.44 to 1.48') }]);
    expect(calls).toEqual([
      { PATH: bin, DOCKER_CONFIG: '/c', DOCKER_HOST: 'tcp://127.0.0.1:1' },
      { PATH: bin, DOCKER_CONFIG: '/c', DOCKER_HOST: 'tcp://127.0.0.1:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/b2d/machines/default/docker' },
    ]);
  });

  test('that is too old for the engine', async () => {
    const words = 'Error response from daemon: client version 1.41 is too old. Minimum supported API version is 1.44';
    const found = await run((env) => (isMachine(env) ? { ...none, stderr: words } : none));
    expect(found[1]).toMatchObject({ status: 'fail', machine: 'default', details: [words], remedy: [expect.stringContaining('install a newer'), 'Until then: b2d ssh docker ps'] });
  });

  test('that is no docker', async () => {
    expect(await run(() => ({ code: 125, stderr: 'unknown flag' }))).toMatchObject([{ status: 'warn', details: ['unknown flag'] }]);
  });

  test.each([['linux', 'apt-get'], ['darwin', 'brew'], ['win32', 'winget']] as const)('missing on %s', async (os, remedy) => {
    expect(await dockerClientCheck.run(await context(os, { env: { PATH: '' } }))).toMatchObject([{ status: 'warn', remedy: [expect.stringContaining(remedy), expect.stringContaining('b2d ssh')] }]);
  });
});

describe('the shell', () => {
  const good = { DOCKER_HOST: 'tcp://127.0.0.1:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/b2d/machines/default/docker' };
  const verdict = async (env: NodeJS.ProcessEnv, os: OsName = 'linux') => dockerEnvironmentCheck.run(await context(os, { env, path: path.posix }));

  test('points at a machine', async () => expect(await verdict(good)).toMatchObject([{ status: 'ok', machine: 'default' }]));
  test('points at nothing', async () => expect(await verdict({})).toMatchObject([{ status: 'ok' }]));

  test.each([
    [{ DOCKER_HOST: 'unix:///var/run/docker.sock' }, 'unix:///var/run/docker.sock'],
    [{ DOCKER_CONTEXT: 'desktop-linux' }, 'desktop-linux'],
    [{ ...good, DOCKER_CERT_PATH: '/old' }, '/old'],
    [{ DOCKER_HOST: good.DOCKER_HOST, DOCKER_CERT_PATH: good.DOCKER_CERT_PATH }, 'DOCKER_TLS_VERIFY'],
  ])('points elsewhere: %j', async (env, named) => {
    expect(await verdict(env)).toMatchObject([{ status: 'warn', message: expect.stringContaining(named), remedy: ['eval "$(b2d env)"'] }]);
  });

  test('DOCKER_HOST counts more than a context', async () => expect(await verdict({ ...good, DOCKER_CONTEXT: 'desktop-linux' })).toMatchObject([{ status: 'ok' }]));
  test('the remedy on Windows', async () => expect(await verdict({ DOCKER_HOST: 'npipe:////./pipe/docker_engine' }, 'win32')).toMatchObject([{ remedy: ['& b2d env | Invoke-Expression'] }]));

  test('uses the context of docker\'s config.json', async () => {
    await fs.mkdir(path.join(bin, '.docker'));
    await fs.writeFile(path.join(bin, '.docker', 'config.json'), '{"currentContext": "colima"}');
    expect(await verdict({})).toMatchObject([{ status: 'warn', message: expect.stringContaining('colima') }]);
    await fs.writeFile(path.join(bin, '.docker', 'config.json'), '{"currentContext": "default"}');
    expect(await verdict({})).toMatchObject([{ status: 'ok' }]);
    await fs.writeFile(path.join(bin, '.docker', 'config.json'), '{"curr');
    expect(await verdict({})).toMatchObject([{ status: 'ok' }]);
  });

  test('pins an API version', async () => expect(await verdict({ ...good, DOCKER_API_VERSION: '1.24' })).toMatchObject([{ status: 'ok' }, { status: 'warn', message: expect.stringContaining('1.24') }]));
});
