import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { noRegistries } from '../../../src/config/registries.ts';
import { driverFor } from '../../../src/drivers/registry.ts';
import { deleteMachine } from '../../../src/machine/delete.ts';
import { ensureMachine } from '../../../src/machine/init.ts';
import type { Machine } from '../../../src/machine/machine.ts';
import { endForwarder, ensureForwarder, forwarderStatus } from '../../../src/machine/port-forwarder.ts';
import { publishedPortsOf } from '../../../src/machine/published-ports.ts';
import { writeRecord } from '../../../src/machine/record.ts';
import type { Workspace } from '../../../src/machine/workspace.ts';
import { silentProgress } from '../../../src/output/progress.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { ensureTls } from '../../../src/tls/ensure.ts';
import { version } from '../../../src/version.ts';
import { eventually } from '../../support/eventually.ts';
import { writeGuestIso } from '../../support/guest.ts';
import { accepts, freePort, processExists, takenPort } from '../../support/machine.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';
import { container, EngineContent, startEngine } from '../../support/tls-engine.ts';

/**
 * The forwarder's real process beside a machine of the tiny guest in a real QEMU. The engine that it follows is a TLS server of the test, on the port of this computer that
 * machine.json tells.
 */
const root = path.resolve(import.meta.dirname, '..', '..', '..');
const WAIT_MS = 60_000;

let folder: string;
let workspace: Workspace;
let machine: Machine;
let content: EngineContent;
const notes: string[] = [];
const cleanups: (() => unknown)[] = [];

beforeEach(async () => {
  folder = await awkwardFolder();
  notes.length = 0;
  const platform = hostPlatform();
  workspace = {
    platform, home: path.join(folder, 'home'), packageRoot: root, network: { proxy: undefined, ca: [] }, engine: { registries: noRegistries(), settings: {} }, cwd: folder, progress: { ...silentProgress, note: (text) => void notes.push(text) }, debug: () => undefined, dockerContext: false,
    now: () => new Date(), driver: (name) => driverFor(platform, name, { settings: {}, note: () => undefined }), readyTimeoutMs: 20_000,
    forwarder: { program: path.join(root, 'dist', 'port-forwarder.js'), bind: 'loopback' },
  };
  const iso = await writeGuestIso(path.join(folder, 'image.iso'));
  ({ machine } = await ensureMachine(workspace, 'default', { forNew: { memoryMiB: 64, cpus: 1, diskMiB: 64, driver: 'qemu', iso, extra: {} }, explicit: {} }));
  const { driver, spec, paths, record } = machine;
  const tls = await ensureTls(platform, paths.directory, { machineName: 'default', now: new Date() });
  content = new EngineContent();
  const engine = await startEngine(tls.paths, 0, { content });
  cleanups.push(engine.close);
  record.ports = { docker: engine.port, ssh: await freePort() };
  await writeRecord(paths.record, record);
  await driver.create(spec);
  await fs.writeFile(spec.configDriveFile, Buffer.alloc(64 * 1024));
  await driver.start(spec, []);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  await powerOff();
  await endForwarder(workspace, machine);
  await removeFolder(folder);
});

/** Switches the machine off; with a real one its engine's connections end too. */
async function powerOff(): Promise<void> {
  await machine.driver.powerOff(machine.spec);
  for (const stream of content.streams) stream.destroy();
}

const ensure = (more: { anew?: boolean } = {}) => ensureForwarder(workspace, machine, { anew: false, ...more });
const rules = () => machine.driver.forwards(machine.spec);
const rulesBecome = (...wanted: object[]) => eventually(async () => expect(await rules()).toMatchObject(wanted), WAIT_MS);
const rule = (hostPort: number, more: object = {}) => ({ name: `port-tcp-${hostPort}`, protocol: 'tcp', hostAddress: '127.0.0.1', hostPort, guestPort: hostPort, ...more });
const web = (port: number, type = 'tcp') => container('web', [80, type, '0.0.0.0', port]);
const gone = (pid: number) => eventually(async () => expect(processExists(pid)).toBe(false), WAIT_MS);

async function runningPid(): Promise<number> {
  const status = await forwarderStatus(machine.paths);
  if (!status.running) throw new Error(`the forwarder does not run: ${notes.join()}`);
  return status.pid;
}

describe('the forwarder', () => {
  test('opens what is published and closes it again, in TCP and UDP', async () => {
    const [tcp, udp] = [await freePort(), await freePort()];
    await ensure();
    content.publish([web(tcp), web(udp, 'udp')]);
    await rulesBecome(...[rule(tcp), rule(udp, { name: `port-udp-${udp}`, protocol: 'udp' })].sort((a, b) => (a.protocol < b.protocol ? -1 : 1)));
    expect(await accepts(tcp)).toBe(true);
    const socket = dgram.createSocket('udp4');
    await expect(new Promise((resolve, reject) => socket.once('error', reject).bind(udp, '127.0.0.1', () => resolve('bound')))).rejects.toMatchObject({ code: 'EADDRINUSE' });
    content.publish([]);
    await rulesBecome();
    expect(await accepts(tcp)).toBe(false);
  });

  test('is one for each machine, and stays as it is when it is asked for again', async () => {
    await ensure();
    const pid = await runningPid();
    await ensure();
    expect(await runningPid()).toBe(pid);
    const second = spawn(process.execPath, [workspace.forwarder?.program as string, '--ports-of', machine.record.uuid, '--home', workspace.home, '--machine', 'default', '--bind', 'all'], { stdio: 'ignore', env: { ...process.env, NODE_OPTIONS: '' } });
    expect(await new Promise((resolve) => second.once('exit', resolve))).toBe(1);
    expect(await forwarderStatus(machine.paths)).toMatchObject({ running: true, pid, bind: 'loopback' });
    expect(await fs.readFile(machine.paths.forwarderLog, 'utf8')).toContain('The machine has a port forwarder.');
  });

  test('that was killed is started anew, and finds what has changed meanwhile', async () => {
    const [before, after] = [await freePort(), await freePort()];
    content.publish([web(before)]);
    await ensure();
    await rulesBecome(rule(before));
    const pid = await runningPid();
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    expect(await forwarderStatus(machine.paths)).toEqual({ running: false });
    content.publish([web(after)]);
    await ensure();
    await rulesBecome(rule(after));
    expect(await runningPid()).not.toBe(pid);
  });

  test('of another version, or with other settings, is replaced', async () => {
    const port = await freePort();
    content.publish([web(port)]);
    await ensure();
    await rulesBecome(rule(port));
    const first = await runningPid();
    workspace.forwarder = { ...(workspace.forwarder as NonNullable<Workspace['forwarder']>), bind: 'all' };
    await ensure();
    await rulesBecome(rule(port, { hostAddress: '0.0.0.0' }));
    const second = await runningPid();
    await eventually(async () => expect(await forwarderStatus(machine.paths)).toMatchObject({ trouble: null }), WAIT_MS);
    const file = machine.paths.forwarderState;
    await fs.writeFile(file, (await fs.readFile(file, 'utf8')).replace(`"${version}"`, '"0.0.0-before"'));
    await ensure();
    const third = await runningPid();
    expect(new Set([first, second, third]).size).toBe(3);
    expect([first, second].map(processExists)).toEqual([false, false]);
    expect(notes).toEqual([]);
  });

  test('is started anew where the machine came up without it, and ended where ports are not to be forwarded, with its rules', async () => {
    const port = await freePort();
    content.publish([web(port)]);
    await ensure();
    await rulesBecome(rule(port));
    const pid = await runningPid();
    const mine = { ...rule(await freePort()), name: 'mine' } as const;
    await machine.driver.forward(machine.spec, mine as never);
    await ensure({ anew: true });
    expect(await runningPid()).not.toBe(pid);
    delete workspace.forwarder;
    await ensure();
    expect(await forwarderStatus(machine.paths)).toEqual({ running: false });
    expect(await rules()).toEqual([mine]);
  });

  test('ends by itself when the machine goes off, and leaves nothing but its log', async () => {
    await ensure();
    const pid = await runningPid();
    await powerOff();
    await gone(pid);
    expect((await fs.readdir(machine.paths.directory)).filter((name) => name.startsWith('port-forwarder')).sort()).toEqual(['port-forwarder.lock', 'port-forwarder.lock.json', 'port-forwarder.log']);
    expect(await fs.readFile(machine.paths.forwarderLog, 'utf8')).toMatch(/ended: The machine is stopped\.\n$/);
  });

  test('ends with the machine that is deleted, and no file of it stays', async () => {
    await ensure();
    const pid = await runningPid();
    expect(await deleteMachine(workspace, machine)).toEqual([]);
    expect(processExists(pid)).toBe(false);
  });

  test('tells of a port that another program has, and opens it once it is free', async () => {
    const taken = await takenPort();
    cleanups.push(taken.free);
    content.publish([web(taken.port)]);
    await ensure();
    await eventually(async () => expect((await publishedPortsOf(machine, 'loopback')).ports).toMatchObject([{ host: null, reason: `Another program uses port ${taken.port} of this computer.`, retried: true }]), WAIT_MS);
    expect(await rules()).toEqual([]);
    await taken.free();
    await rulesBecome(rule(taken.port));
    await eventually(async () => expect((await publishedPortsOf(machine, 'loopback')).ports).toMatchObject([{ host: { address: '127.0.0.1', port: taken.port } }]), WAIT_MS);
  });
});

test('a forwarder that cannot be started is a note, and no error', async () => {
  workspace.forwarder = { program: path.join(folder, 'missing.js'), bind: 'loopback' };
  await ensure();
  expect(notes).toEqual([expect.stringContaining('Published ports are not forwarded to this computer')]);
  expect(notes[0]).toContain(machine.paths.forwarderLog);
});

test('a process of the recorded number that is another program is not ended', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', env: { ...process.env, NODE_OPTIONS: '' } });
  cleanups.push(() => other.kill('SIGKILL'));
  await ensure();
  const file = machine.paths.forwarderState;
  await eventually(async () => expect(await forwarderStatus(machine.paths)).toMatchObject({ trouble: null }), WAIT_MS);
  await fs.writeFile(file, (await fs.readFile(file, 'utf8')).replace(String(await runningPid()), String(other.pid)));
  const ending = endForwarder(workspace, machine);
  await powerOff(); // the forwarder itself ends with its machine
  await ending;
  expect(processExists(other.pid as number)).toBe(true);
});
