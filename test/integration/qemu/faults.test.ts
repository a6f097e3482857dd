import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { PortTakenError } from '../../../src/drivers/errors.ts';
import { createQemuDriver } from '../../../src/drivers/qemu/driver.ts';
import { readPid } from '../../../src/drivers/qemu/identity.ts';
import { connectEndpoint, readEndpoint } from '../../../src/drivers/qemu/connection.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { guestPrinted, processExists, rule, takenPort, until } from '../../support/machine.ts';
import { machinePool, type TestMachine, type TestMachineOptions } from '../../support/qemu/machine.ts';

const { make, cleanups, removeAll } = machinePool();

async function started(options?: TestMachineOptions): Promise<TestMachine & { pid: number }> {
  const machine = await make(options);
  await machine.driver.start(machine.spec, []);
  return { ...machine, pid: (await machine.driver.state(machine.spec)).pid as number };
}

function pidFile({ spec }: TestMachine): string {
  return path.join(spec.directory, 'qemu', 'qemu.pid');
}

afterEach(removeAll);

test('a killed QEMU is crashed, and starts again', async () => {
  const { driver, spec, pid } = await started();
  process.kill(pid, 'SIGKILL');
  await until(async () => (await driver.state(spec)).state === 'crashed', 'the crash to show');
  await driver.start(spec, []);
  expect((await driver.state(spec)).state).toBe('running');
});

test('powerOff of a crashed machine clears it', async () => {
  const { driver, spec, pid } = await started();
  process.kill(pid, 'SIGKILL');
  await driver.powerOff(spec);
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
});

test('a polite signal, as at the shutdown of the host, leaves the machine stopped', async () => {
  const { driver, spec, pid } = await started();
  process.kill(pid, 'SIGTERM');
  await until(async () => (await driver.state(spec)).state !== 'running', 'QEMU to end');
  await until(async () => (await driver.state(spec)).state === 'stopped', 'QEMU to be gone');
});

test('a stopped process is unknown, start refuses, and powerOff ends it', async () => {
  const { driver, spec, pid } = await started();
  process.kill(pid, 'SIGSTOP');
  const report = await driver.state(spec);
  expect(report).toMatchObject({ state: 'unknown', pid });
  expect(report.detail).toContain('b2d kill');
  await expect(driver.start(spec, [])).rejects.toMatchObject({ exit: 'hypervisorFailed', remedy: ['b2d kill'] });
  await driver.powerOff(spec);
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
  await driver.start(spec, []);
  expect((await driver.state(spec)).state).toBe('running');
});

test('a control socket that was removed: unknown with the pid, and powerOff still ends it', async () => {
  const { driver, spec, pid } = await started();
  await fs.rm(path.join(spec.directory, 'qemu', 'qmp.sock'));
  expect(await driver.state(spec)).toMatchObject({ state: 'unknown', pid });
  await driver.powerOff(spec);
  await until(async () => !processExists(pid), 'the process to end');
  expect((await driver.state(spec)).state).toBe('stopped');
});

test('a reused pid is not believed and not killed', async () => {
  const machine = await make();
  const stranger: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  cleanups.push(() => stranger.kill('SIGKILL'));
  await fs.writeFile(pidFile(machine), `${stranger.pid}\n`);
  expect((await machine.driver.state(machine.spec)).state).toBe('crashed');
  await machine.driver.powerOff(machine.spec);
  expect(processExists(stranger.pid as number)).toBe(true);
  await fs.writeFile(pidFile(machine), `${stranger.pid}\n`);
  await machine.driver.start(machine.spec, []);
  expect((await machine.driver.state(machine.spec)).state).toBe('running');
  expect(processExists(stranger.pid as number)).toBe(true);
});

test('a second machine with the UUID of another is not taken for it', async () => {
  const one = await started();
  const other = await make();
  await fs.writeFile(path.join(other.spec.directory, 'qemu', 'endpoint.json'), JSON.stringify({ kind: 'unix', path: path.join(one.spec.directory, 'qemu', 'qmp.sock') }));
  expect((await other.driver.state(other.spec)).state).toBe('stopped');
  await other.driver.powerOff(other.spec);
  expect((await one.driver.state(one.spec)).state).toBe('running');
});

test('two starts at once give one QEMU and two successes', async () => {
  const { driver, spec } = await make();
  const second = createQemuDriver(hostPlatform());
  await Promise.all([driver.start(spec, []), second.start(spec, [])]);
  const { state, pid } = await driver.state(spec);
  expect(state).toBe('running');
  const running = [];
  for (const entry of (await fs.readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const commandLine = await fs.readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.includes(`-uuid\0${spec.uuid}`)) running.push(Number(entry));
  }
  expect(running).toEqual([pid]);
  await guestPrinted(spec.consoleFile);
});

test('a QEMU whose start was cut off in b2d is found by the next, not started twice', async () => {
  const { driver, spec } = await make();
  const script = `
    import { createQemuDriver } from './src/drivers/qemu/driver.ts';
    import { hostPlatform } from './src/platform/platform.ts';
    const spec = JSON.parse(process.argv[1]);
    createQemuDriver(hostPlatform()).start(spec, []);
    await new Promise(() => {});`;
  const b2d = spawn(process.execPath, ['--experimental-strip-types', '--input-type=module-typescript', '-e', script, JSON.stringify(spec)], { stdio: 'ignore', cwd: path.resolve(import.meta.dirname, '../../..') });
  cleanups.push(() => b2d.kill('SIGKILL'));
  await until(async () => (await readPid(path.join(spec.directory, 'qemu', 'qemu.pid'))) !== undefined, 'QEMU to be launched');
  b2d.kill('SIGKILL');
  await driver.start(spec, []);
  const { state, pid } = await driver.state(spec);
  expect(state).toBe('running');
  expect(await readPid(path.join(spec.directory, 'qemu', 'qemu.pid'))).toBe(pid);
});

test('a client that holds the control socket delays the others, bounded', async () => {
  const { driver, spec } = await started();
  const endpoint = await readEndpoint(path.join(spec.directory, 'qemu', 'endpoint.json'));
  const { socket: holder } = await connectEndpoint(endpoint!, Date.now() + 5_000);
  const waiting = driver.state(spec);
  const many = [driver.state(spec), driver.state(spec), driver.state(spec)];
  expect((await waiting).state).toBe('unknown');
  await Promise.all(many);
  holder.destroy();
  expect((await driver.state(spec)).state).toBe('running');
});

test('many questions at once are all answered', async () => {
  const { driver, spec } = await started();
  const reports = await Promise.all(Array.from({ length: 12 }, () => driver.state(spec)));
  expect(new Set(reports.map((report) => report.state))).toEqual(new Set(['running']));
});

test('a taken port names its rule, leaves nothing running, and another try works', async () => {
  const { driver, spec } = await make();
  const taken = await takenPort();
  cleanups.push(taken.free);
  const free = await takenPort();
  await free.free();
  const failure = await driver.start(spec, [rule('docker', free.port, 2376), rule('ssh', taken.port)]).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PortTakenError);
  expect((failure as PortTakenError).rule.name).toBe('ssh');
  expect((failure as PortTakenError).cause).toMatchObject({ code: 'EADDRINUSE' });
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
  await driver.start(spec, [rule('docker', free.port, 2376)]);
  expect((await driver.state(spec)).state).toBe('running');
});

test('QEMU’s own words come with a start that fails, and nothing stays behind', async () => {
  const { driver, spec } = await make();
  const failure = await driver.start({ ...spec, extra: { 'qemu.args': '["-device","no-such-device"]' } }, []).catch((error: unknown) => error);
  expect(failure).toMatchObject({ exit: 'hypervisorFailed' });
  expect((failure as { details: string[] }).details.join()).toContain('no-such-device');
  expect(await driver.state(spec)).toEqual({ state: 'stopped' });
});

test('an accelerator that was remembered and fails now falls back to emulation with a note', async () => {
  const { driver, spec, notes } = await make();
  const emulator = (await driver.preflight()).program as string;
  const { mtimeMs } = await fs.stat(emulator);
  await fs.writeFile(path.join(spec.directory, 'qemu', 'accelerator.json'), JSON.stringify({ emulator, changed: mtimeMs, accel: 'hvf', cpu: 'host' }));
  await driver.start(spec, []);
  expect((await driver.state(spec)).state).toBe('running');
  expect(notes.join()).toContain('hvf');
});

test('a data disk in use by another program is named as such', async () => {
  const { driver, spec } = await started();
  const copy = { ...spec, directory: `${spec.directory}-2`, uuid: '00000000-0000-4000-8000-000000000001', consoleFile: `${spec.consoleFile}-2` };
  await fs.mkdir(copy.directory);
  await expect(driver.start(copy, [])).rejects.toMatchObject({ exit: 'busy', message: 'The data disk is in use by another program.' });
});

test.each(['imageFile', 'configDriveFile'] as const)('a missing %s is named before QEMU is tried', async (file) => {
  const { driver, spec } = await make();
  await fs.rm(spec[file]);
  await expect(driver.start(spec, [])).rejects.toMatchObject({ message: expect.stringContaining(spec[file]) });
});

test('a data disk that is gone is an error, never a new empty disk', async () => {
  const { driver, spec } = await make();
  await fs.rm(`${spec.dataDiskBase}.qcow2`);
  expect(await driver.state(spec)).toEqual({ state: 'absent' });
  await expect(driver.start(spec, [])).rejects.toMatchObject({ exit: 'storage' });
  expect(await driver.dataDisk(spec)).toBeUndefined();
});
