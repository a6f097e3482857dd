import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readEndpoint } from '../../src/drivers/qemu/connection.ts';
import { withQmp } from '../../src/drivers/qemu/qmp.ts';
import { TestHome } from '../support/b2d.ts';
import { BUSYBOX, importBusybox } from '../support/busybox-image.ts';
import { eventually } from '../support/eventually.ts';

/** One machine's disk, snapshots, settings, logs, load and clock. The tests build on each other. */
let home: TestHome;

jest.setTimeout(900_000); // a test starts the machine up to three times, under software emulation

beforeAll(async () => {
  home = await TestHome.create();
  await home.must(['up', '--driver', 'qemu'], { env: { B2D_MEMORY: undefined } });
  await importBusybox(home);
});
afterAll(() => home.dispose());

const MIB = 1024 ** 2;
const json = async (...args: string[]) => JSON.parse(await home.must([...args, '--json']));
const inVolume = async (script: string) => (await home.docker(['run', '--rm', '-v', 'kept:/v', BUSYBOX, 'sh', '-c', script])).stdout;
const disk = (): string => path.join(home.home, 'machines', 'default', 'data.qcow2');
const hostBytes = async () => (await fs.stat(disk())).blocks * 512;

/** Runs a b2d that goes on, until what it prints satisfies; then Ctrl-C. */
async function until(args: string[], enough: (stdout: string) => boolean): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['bin/b2d.js', ...args], { env: home.env });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => { output.stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { output.stderr += text; });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    await eventually(async () => expect(enough(output.stdout) ? '' : output).toBe(''), 300_000);
    child.kill('SIGINT');
    return { code: await ended, ...output };
  } finally {
    child.kill('SIGKILL');
  }
}

describe('the clock', () => {
  /** Seconds by which the guest is surely ahead (behind: negative); `date` tells whole ones. */
  const clockError = async (): Promise<number> => {
    const before = Date.now() / 1000;
    const guest = Number(await home.must(['ssh', 'date +%s']));
    const after = Date.now() / 1000;
    return guest + 1 < before ? guest + 1 - before : guest > after ? guest - after : 0;
  };
  /** The guest compares its two clocks every 5 s. */
  const rightWithinTenSeconds = async (): Promise<void> => {
    await sleep(10_000);
    expect(Math.abs(await clockError())).toBeLessThanOrEqual(2);
  };
  const qmp = async (command: string): Promise<void> => {
    const endpoint = await readEndpoint(path.join(home.home, 'machines', 'default', 'qemu', 'endpoint.json'));
    await withQmp(endpoint!, 60_000, (session) => session.execute(command, undefined, 60_000));
  };
  const steps = async (): Promise<number> => (await home.must(['logs', '--tail', '100000'])).match(/clock stepped by/g)?.length ?? 0;

  test('is right after its process stood still for half a minute', async () => {
    const { pid } = await json('status');
    process.kill(pid, 'SIGSTOP');
    await sleep(30_000);
    process.kill(pid, 'SIGCONT');
    await rightWithinTenSeconds();
  });

  test('is right after the virtual machine was paused for half a minute', async () => {
    const before = await steps();
    await qmp('stop');
    await sleep(30_000);
    await qmp('cont');
    await rightWithinTenSeconds();
    expect(await steps()).toBe(before + 1);
  });

  test.each([-100, 100])('follows a step of the hardware clock, as of a computer whose own was set, by %d s', async (seconds) => {
    await home.must(['ssh', '-l', 'root', `date -u -s @$(($(date +%s) + ${seconds})) >/dev/null`]);
    await rightWithinTenSeconds();
  });
});

describe('settings', () => {
  test('are changed for the next start, and printed', async () => {
    expect(await home.b2d(['config', 'set', 'cpus', '1'])).toMatchObject({ code: 0, stderr: expect.stringMatching(/Changed: CPUs.*b2d restart[^]*B2D_CPUS is set to "2"/) });
    expect(await home.must(['config', 'get', 'cpus'], { env: { B2D_CPUS: undefined } })).toBe('1\n');
    expect(await home.b2d(['config', 'set', 'memory', '1'])).toMatchObject({ code: 2 });
    expect(await json('config', 'set', 'qemu.args', '["-device","i6300esb"]')).toMatchObject({ changed: ['extra'], pending: ['extra'] });
    await home.must(['restart'], { env: { B2D_CPUS: undefined } });
    expect(await home.must(['ssh', 'nproc'])).toBe('1\n');
    expect(await home.must(['ssh', 'cat /sys/bus/pci/devices/*/device'])).toMatch(/^0x25ab$/m); // that watchdog's (Linux: drivers/watchdog/i6300esb.c)
    await home.must(['config', 'unset', 'qemu.args']);
    expect(await home.b2d(['config', 'get', 'qemu.args'])).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('the disk', () => {
  test('grows while the machine runs, with its file system, and never shrinks', async () => {
    await inVolume('echo precious > /v/file');
    expect(await json('disk', 'resize', '70g')).toMatchObject({ diskMiB: 70 * 1024, changed: true, pending: false });
    const { guest, capacityBytes } = await json('disk', 'usage');
    expect(capacityBytes).toBe(70 * 1024 * MIB);
    expect(guest.sizeBytes).toBeGreaterThan(67 * 1024 * MIB);
    expect(await inVolume('cat /v/file')).toBe('precious\n');
    expect(await home.b2d(['disk', 'resize', '65g'])).toMatchObject({ code: 2 });
    expect(await json('disk', 'resize', '70g')).toMatchObject({ changed: false });
  });

  test('gives the room of what was deleted back to this computer', async () => {
    const empty = await hostBytes();
    await inVolume('dd if=/dev/urandom of=/v/large bs=1M count=500 2>/dev/null; sync');
    expect(await hostBytes()).toBeGreaterThan(empty + 450 * MIB);
    await inVolume('rm /v/large');
    const { hostBytesAfter } = await json('disk', 'trim');
    expect(hostBytesAfter).toBeLessThan(empty + 100 * MIB);
    expect(await hostBytes()).toBeLessThan(empty + 100 * MIB);
    expect(await json('disk', 'usage')).toMatchObject({ file: disk(), guest: { usedBytes: expect.any(Number) } });
  });
});

describe('snapshots', () => {
  test('bring back what was in a volume, saved while the machine ran', async () => {
    await inVolume('echo old > /v/file');
    expect(await json('snapshot', 'save', 'before')).toMatchObject({ name: 'before', memory: false });
    await inVolume('echo new > /v/file; echo more > /v/other');
    expect(await home.b2d(['snapshot', 'restore', 'before', '--yes'])).toMatchObject({ code: 12, stderr: expect.stringContaining('b2d down') });
    await home.must(['down']);
    expect(await home.b2d(['snapshot', 'restore', 'before'], { input: 'y\n' })).toMatchObject({ code: 16 }); // no terminal to ask on
    await home.must(['snapshot', 'restore', 'before', '--yes']);
    await home.must(['up']);
    expect(await inVolume('cat /v/file; ls /v')).toBe('old\nfile\n');
  });

  test('made before the disk grew are restored, and the disk grows again', async () => {
    await home.must(['disk', 'resize', '80g']);
    await inVolume('echo newest > /v/file');
    await home.must(['down']);
    await home.must(['snapshot', 'restore', 'before', '--yes']);
    await home.must(['up']);
    expect(await inVolume('cat /v/file')).toBe('old\n');
    expect((await json('disk', 'usage')).guest.sizeBytes).toBeGreaterThan(77 * 1024 * MIB);
  });

  test('are listed, not saved twice, and deleted while the machine runs', async () => {
    expect(await home.must(['snapshot', 'list'])).toMatch(/^name +made +holds\nbefore +\d{4}-\d\d-\d\dT[\d:]+Z +disk\n$/);
    expect(await home.b2d(['snapshot', 'save', 'before'])).toMatchObject({ code: 2 });
    expect(await home.b2d(['snapshot', 'save', '../x'])).toMatchObject({ code: 2 });
    expect(await home.b2d(['snapshot', 'restore', 'nope', '--yes'])).toMatchObject({ code: 2, stderr: expect.stringContaining('There are: before.') });
    expect(await home.b2d(['snapshot', 'delete', 'before'], { input: 'y\n' })).toMatchObject({ code: 16 });
    await home.must(['snapshot', 'delete', 'before', '--yes']);
    expect(await json('snapshot', 'list')).toEqual({ machine: 'default', snapshots: [] });
    execFileSync('qemu-img', ['check', '-q', '--force-share', disk()]);
    expect(await inVolume('cat /v/file')).toBe('old\n');
  });
});

describe('what the machine takes', () => {
  test('is told once, or again and again until Ctrl-C', async () => {
    const [sample] = (await home.must(['top', '--count', '1', '--json'])).trim().split('\n').map((line) => JSON.parse(line));
    expect(sample).toMatchObject({ name: 'default', state: 'running', guest: { cpus: expect.any(Number), cpuPercent: expect.any(Number) }, host: { pid: expect.any(Number) } });
    expect(sample.guest.memory.totalBytes).toBeGreaterThan(300 * MIB);
    expect(sample.guest.memory.usedBytes).toBeGreaterThan(20 * MIB);
    expect(sample.guest.disk.sizeBytes).toBeGreaterThan(77 * 1024 * MIB);
    expect(sample.host.memoryBytes).toBeGreaterThan(100 * MIB);
    expect(sample.host.diskBytes).toBe(await hostBytes());
    const watched = await until(['status', '--watch', '--interval', '1'], (text) => text.split('\n').length > 3);
    expect(watched).toMatchObject({ code: 130, stderr: '' });
    expect(watched.stdout).toMatch(/^(\S+Z {2}running {2}CPU [\d.]+ % of \d+ {2}memory .* of .*\n)+$/);
  });

  test('shows that a processor is busy', async () => {
    await home.docker(['run', '-d', '--name', 'busy', BUSYBOX, 'sh', '-c', 'while :; do :; done']);
    const samples = (await home.must(['top', '--count', '3', '--interval', '1', '--json'])).trim().split('\n').map((line) => JSON.parse(line));
    await home.docker(['rm', '-f', 'busy']);
    // One processor's worth, less what an emulator on a busy computer does not get round to.
    for (const { guest } of samples) expect(guest.cpuPercent).toBeGreaterThan(50 / guest.cpus);
  });
});

describe('logs', () => {
  test('of the engine are those of its two services, and go on', async () => {
    const lines = (await home.must(['logs', '--engine', '--tail', '5'])).trim().split('\n');
    expect(lines.length).toBeLessThanOrEqual(5);
    for (const line of lines) expect(line).toMatch(/ (dockerd|containerd): /);
    const marked = until(['logs', '--engine', '--follow', '--tail', '0'], (text) => text.includes('a mark'));
    const mark = home.b2d(['ssh', '-l', 'root', 'for n in $(seq 100); do logger -t dockerd "a mark"; logger -t other "no mark"; sleep 1; done']);
    const { code, stdout, stderr } = await marked;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(stdout).not.toContain('no mark');
    await home.must(['restart']); // ends the loop
    await mark;
  });

  test('of the console go on over a restart, each line once', async () => {
    const followed = until(['logs', '--follow', '--tail', '1'], (text) => /\binit\n[^]*\bengine\n/.test(text));
    await home.must(['restart']);
    const { code, stdout } = await followed;
    expect(code).toBe(130);
    expect(stdout).toMatch(/stopp/);
    expect(stdout.match(/b2d: [\d.]+ init\n/g)).toHaveLength(1);
    expect(await home.must(['logs', '--tail', '2'])).toMatch(/^[^\n]+\n[^\n]+\n$/);
    await home.must(['logs', '--driver']).catch((error: Error) => expect(error.message).toContain('no log')); // QEMU seldom says anything
  });
});
