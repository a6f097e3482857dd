import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Check } from '../../../src/doctor/check.ts';
import { certificatesCheck } from '../../../src/doctor/checks/certificates.ts';
import { clockCheck } from '../../../src/doctor/checks/clock.ts';
import { diskSpaceCheck } from '../../../src/doctor/checks/disk-space.ts';
import { dockerClientCheck } from '../../../src/doctor/checks/docker-client.ts';
import { driverCheck } from '../../../src/doctor/checks/driver.ts';
import { machineCheck } from '../../../src/doctor/checks/machine.ts';
import { memoryCheck } from '../../../src/doctor/checks/memory.ts';
import { portsCheck } from '../../../src/doctor/checks/ports.ts';
import { publishedPortsCheck } from '../../../src/doctor/checks/published-ports.ts';
import type { DoctorContext, DoctorOptions } from '../../../src/doctor/context.ts';
import { machineOf } from '../../../src/machine/machine.ts';
import { withLock } from '../../../src/platform/lock.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { writeForwarderState } from '../../../src/ports/state.ts';
import { doctorContext } from '../../support/doctor.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { container } from '../../support/tls-engine.ts';

let world: FakeWorld;
beforeEach(async () => void (world = await FakeWorld.create()));
afterEach(() => world.dispose());

/** As a new `b2d doctor` sees it: nothing is remembered from the one before. */
const run = async (check: Check, options: DoctorOptions = {}, overrides: Partial<DoctorContext> = {}) => {
  const platform = hostPlatform();
  const context = await doctorContext({ ...platform, env: { PATH: platform.env['PATH'], B2D_HOME: world.workspace.home } }, { driver: () => world.driver, ...options }, overrides);
  return check.run(context);
};
const days = (count: number) => () => new Date(Date.now() + count * 24 * 3600 * 1000);

test('no machine at all is no fault', async () => {
  for (const check of [machineCheck, portsCheck, publishedPortsCheck, certificatesCheck, clockCheck]) expect(await run(check)).toMatchObject([{ status: 'skipped' }]);
});

test('the machine that is asked for and not there is one', async () => {
  expect(await run(machineCheck, { machine: 'ghost' })).toMatchObject([{ status: 'fail', machine: 'ghost', remedy: ['Make it: b2d init --machine ghost'] }]);
});

describe('a running machine', () => {
  beforeEach(async () => void (await world.up()));

  test('that is well', async () => {
    // The fake hypervisor is this very process, and forwards the engine's port alone.
    const { ports } = await world.record();
    const ssh = net.createServer().listen(ports.ssh, '127.0.0.1');
    try {
      for (const check of [machineCheck, portsCheck, certificatesCheck, clockCheck, driverCheck]) expect(await run(check)).toMatchObject([{ status: 'ok' }]);
      expect(await run(memoryCheck)).toMatchObject([{ machine: 'default', message: expect.stringContaining('1 GiB') }]);
      expect(await run(diskSpaceCheck)).toMatchObject([{ details: [expect.stringContaining('can grow by 4.0 GiB')] }]);
    } finally {
      ssh.close();
    }
  });

  test('and the real docker client, asked by it', async () => {
    const program = process.env['B2D_TEST_DOCKER'];
    if (!program) throw new Error('B2D_TEST_DOCKER is not set: run the tests by `npm test`, which brings a docker client.');
    const platform = { ...hostPlatform(), env: { PATH: path.dirname(program), B2D_HOME: world.workspace.home } };
    const context = await doctorContext(platform, { driver: () => world.driver });
    expect(await dockerClientCheck.run(context)).toMatchObject([
      { status: 'ok', message: expect.stringMatching(/^docker \d+\.\d+\S*, API up to 1\.\d+$/) },
      { status: 'ok', machine: 'default', message: 'Its engine 28.0.0-test speaks API 1.24 to 1.48; the client talks to it.' },
    ]);
  });

  test('whose ports nothing listens on', async () => {
    const found = await run(portsCheck, {}, { status: async () => ({ name: 'default', state: 'running', driver: 'qemu', image: '' }) });
    expect(found).toMatchObject([{ status: 'fail', message: expect.stringContaining('NAT rule'), remedy: ['b2d restart'] }]); // ssh's: the fake has no guest behind it
  });

  test('whose port another program holds', async () => {
    const found = await run(portsCheck, {}, { status: async () => ({ name: 'default', state: 'running', driver: 'qemu', image: '', pid: 1 }) });
    expect(found).toContainEqual(expect.objectContaining({ status: 'fail', message: expect.stringContaining(`(process ${process.pid})`) }));
  });

  test.each([[-30_000, 'warn', 'behind'], [-600_000, 'fail', 'behind'], [600_000, 'fail', 'ahead']])('whose clock is off by %s ms', async (ahead, status, word) => {
    await world.driver.off();
    world.driver.clockAheadMs = ahead;
    await world.driver.start(machineOf(world.workspace, await world.record()).spec, world.driver.rules);
    expect(await run(clockCheck)).toMatchObject([{ status, message: expect.stringContaining(word), remedy: ['b2d restart'] }]);
  });

  test('whose published ports are forwarded, or not: by a forwarder that does not run, by a setting, for a port that is taken', async () => {
    const { driver } = world;
    driver.content.publish([container('web', [80, 'tcp', '0.0.0.0', 8080])]);
    expect(await run(publishedPortsCheck)).toMatchObject([{ status: 'warn', machine: 'default', message: expect.stringContaining('does not run'), remedy: ['b2d up', expect.any(String)] }]);
    await fs.writeFile(path.join(world.workspace.home, 'config.toml'), '[ports]\nforward = "off"\n');
    expect(await run(publishedPortsCheck)).toMatchObject([{ status: 'skipped', message: expect.stringContaining('ports.forward') }]);
    await fs.rm(path.join(world.workspace.home, 'config.toml'));
    const reason = 'Another program uses port 8080 of this computer.';
    await writeForwarderState(world.paths.forwarderState, { version: '1', pid: process.pid, bind: 'loopback', trouble: null, failures: { 'port-tcp-8080': reason } });
    await withLock(world.workspace.platform, world.paths.forwarderLock, { purpose: 'up', waitMs: 0 }, async () => {
      expect(await run(publishedPortsCheck)).toMatchObject([{ status: 'warn', message: expect.stringContaining('1 of 1'), details: [`web, 8080/tcp: ${reason}`] }]);
      driver.rules.push({ name: 'port-tcp-8080', protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 8080, guestPort: 8080 });
      expect(await run(publishedPortsCheck)).toMatchObject([{ status: 'ok', message: 'One is forwarded.' }]);
    });
  });

  test('whose certificates come to their end', async () => {
    const good = await run(certificatesCheck);
    expect(good).toMatchObject([{ status: 'ok', details: [expect.stringContaining('ca: good until'), expect.any(String), expect.any(String)] }]);
    expect(await run(certificatesCheck, { now: days(700) })).toMatchObject([{ status: 'warn', remedy: ['b2d restart'] }]);
    expect(await run(certificatesCheck, { now: days(20_000) })).toMatchObject([{ status: 'fail', remedy: ['b2d restart'] }]);
    await fs.rm(path.join(world.paths.docker, 'key.pem'));
    expect(await run(certificatesCheck)).toMatchObject([{ status: 'fail', details: expect.arrayContaining(['client: missing']) }]);
  });

  test('whose engine does not answer', async () => {
    await world.driver.off('running');
    expect(await run(machineCheck)).toMatchObject([{ status: 'fail', message: expect.stringContaining('ECONNREFUSED'), remedy: expect.arrayContaining(['b2d restart']) }]);
    expect(await run(clockCheck)).toMatchObject([{ status: 'skipped' }]);
  });

  test('whose machine.json is cut off', async () => {
    await fs.truncate(world.paths.record, 20);
    expect(await run(machineCheck)).toMatchObject([{ status: 'fail', machine: 'default', message: expect.stringContaining('machine.json') }]);
    expect(await run(portsCheck)).toMatchObject([{ status: 'skipped' }]);
  });
});

describe('a machine that is off', () => {
  beforeEach(async () => {
    await world.up();
    await world.driver.off();
  });

  test('is well', async () => {
    expect(await run(machineCheck)).toMatchObject([{ status: 'ok', message: 'It is stopped.' }]);
    expect(await run(portsCheck)).toMatchObject([{ status: 'ok', message: expect.stringContaining('free') }]);
  });

  test.each([['crashed', 'warn'], ['unknown', 'fail'], ['saved', 'ok']] as const)('%s: %s', async (state, status) => {
    await world.driver.off(state);
    world.driver.detail = 'This is why.';
    expect(await run(machineCheck)).toMatchObject([{ status, message: expect.stringContaining('This is why.') }]);
  });

  test('and whose data disk is gone', async () => {
    const { driver, spec } = machineOf(world.workspace, await world.record());
    await fs.rm((await driver.dataDisk(spec)) as string);
    expect(await run(machineCheck)).toMatchObject([{ status: 'fail', message: expect.stringContaining('data disk is gone') }]);
  });

  test('and whose port another program has taken: that program by its name', async () => {
    const { ports } = await world.record();
    const server = net.createServer();
    await new Promise((resolve) => server.listen(ports.docker, '127.0.0.1', () => resolve(undefined)));
    try {
      expect(await run(portsCheck)).toMatchObject([{ status: 'warn', message: expect.stringMatching(new RegExp(`^\\S.* \\(process ${process.pid}\\) listens on 127\\.0\\.0\\.1:${ports.docker},`)) }]);
    } finally {
      server.close();
    }
  });

  test('and whose driver can no longer be used', async () => {
    const found = await run(driverCheck, {}, { driverChoice: async () => ({ chosen: 'qemu', considered: [{ name: 'virtualbox', usable: false, reason: 'Gone.', remedy: 'install it' }, { name: 'qemu', usable: true }] }) });
    const { driver } = await world.record();
    expect(driver).toBe('virtualbox');
    expect(found).toMatchObject([{ status: 'ok' }, { status: 'fail', machine: 'default', message: expect.stringContaining('Gone.'), remedy: ['install it'] }]);
  });
});
