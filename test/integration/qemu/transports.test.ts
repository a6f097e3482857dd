import fs from 'node:fs/promises';
import path from 'node:path';
import tls from 'node:tls';
import { afterEach, expect, test } from '@jest/globals';
import { readEndpoint } from '../../../src/drivers/qemu/connection.ts';
import { createQemuDriver } from '../../../src/drivers/qemu/driver.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { rule, takenPort } from '../../support/machine.ts';
import { machinePool, type TestMachine } from '../../support/qemu/machine.ts';

const { make, cleanups, removeAll } = machinePool();

afterEach(removeAll);

const endpointFile = ({ spec }: TestMachine): string => path.join(spec.directory, 'qemu', 'endpoint.json');

test('Windows’ way, TLS with a private key on 127.0.0.1: a whole life', async () => {
  const machine = await make({ transport: 'tls', awkward: true });
  const { driver, spec } = machine;
  await driver.start(spec, []);
  expect((await driver.state(spec)).state).toBe('running');
  expect(await readEndpoint(endpointFile(machine))).toMatchObject({ kind: 'tls' });
  await driver.forward(spec, rule('web', (await released()).port));
  expect(await driver.forwards(spec)).toHaveLength(1);
  await driver.powerOff(spec);
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
});

test('without the key nobody gets through, and the key is private', async () => {
  const machine = await make({ transport: 'tls' });
  await machine.driver.start(machine.spec, []);
  const endpoint = await readEndpoint(endpointFile(machine));
  if (endpoint?.kind !== 'tls') throw new Error('not TLS');
  expect((await fs.stat(endpoint.keyFile)).mode & 0o777).toBe(0o600);
  const outcome = await new Promise((resolve) => {
    const socket = tls.connect({
      host: '127.0.0.1', port: endpoint.port, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'PSK',
      pskCallback: () => ({ psk: Buffer.alloc(32), identity: 'b2d' }), checkServerIdentity: () => undefined,
    });
    socket.once('data', () => resolve('answered')).once('error', () => resolve('refused')).once('close', () => resolve('refused'));
  });
  expect(outcome).toBe('refused');
  expect((await machine.driver.state(machine.spec)).state).toBe('running');
});

test('a control port that was taken since the last run is replaced', async () => {
  const machine = await make({ transport: 'tls' });
  const taken = await takenPort();
  cleanups.push(taken.free);
  await fs.writeFile(endpointFile(machine), JSON.stringify({ kind: 'tls', port: taken.port }));
  expect((await machine.driver.state(machine.spec)).state).toBe('stopped');
  await machine.driver.start(machine.spec, []);
  expect((await readEndpoint(endpointFile(machine))) as { port: number }).not.toMatchObject({ port: taken.port });
});

test('a machine folder too long for a socket gets one in the private runtime folder', async () => {
  const machine = await make();
  const runtime = await fs.mkdtemp('/tmp/b2d-rt-');
  cleanups.push(() => fs.rm(runtime, { recursive: true, force: true }));
  const directory = path.join(machine.spec.directory, 'x'.repeat(120));
  const spec = { ...machine.spec, directory, dataDiskBase: path.join(directory, 'data'), consoleFile: path.join(directory, 'console.log') };
  const driver = createQemuDriver({ ...hostPlatform(), env: { ...process.env, XDG_RUNTIME_DIR: runtime } });
  await fs.mkdir(directory);
  await driver.create(spec);
  cleanups.unshift(() => driver.powerOff(spec));
  await driver.start(spec, []);
  expect(await fs.readdir(path.join(runtime, 'b2d'))).toContain(`${spec.uuid}.sock`);
  expect((await fs.stat(path.join(runtime, 'b2d'))).mode & 0o777).toBe(0o700);
  // another session, without that variable, still finds it
  const elsewhere = createQemuDriver({ ...hostPlatform(), env: { ...process.env, XDG_RUNTIME_DIR: undefined } });
  expect((await elsewhere.state(spec)).state).toBe('running');
  await elsewhere.powerOff(spec);
  await driver.destroy(spec);
  expect(await fs.readdir(path.join(runtime, 'b2d'))).toEqual([]);
});

async function released(): Promise<{ port: number }> {
  const taken = await takenPort();
  await taken.free();
  return taken;
}
