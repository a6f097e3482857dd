import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { TestHome } from '../support/b2d.ts';
import { BUSYBOX, importBusybox } from '../support/busybox-image.ts';

/** One machine goes through its life: two starts at once, shutdowns, power cuts, crashes. The tests build on each other. */
let home: TestHome;

jest.setTimeout(900_000); // a test starts the machine up to three times, under software emulation

beforeAll(async () => { home = await TestHome.create(); });
afterAll(() => home.dispose());

const status = async () => JSON.parse(await home.must(['status', '--json'])) as { state: string; pid?: number };
const volumeContent = async () => (await home.docker(['run', '--rm', '-v', 'kept:/v', BUSYBOX, 'cat', '/v/file'])).stdout;

describe('a machine', () => {
  test('started by two "up" at once is one machine, and both succeed', async () => {
    const results = await Promise.all([home.b2d(['up', '--json']), home.b2d(['up', '--json'])]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    const [first, second] = results.map(({ stdout }) => JSON.parse(stdout));
    expect(first.dockerHost).toBe(second.dockerHost);
    expect([first.started, second.started].sort()).toEqual([false, true]);
    await importBusybox(home);
  });

  test('keeps named volumes and images over down and up', async () => {
    await home.docker(['run', '--rm', '-v', 'kept:/v', BUSYBOX, 'sh', '-c', 'echo precious > /v/file']);
    await home.must(['down']);
    expect(await status()).toMatchObject({ state: 'stopped' });
    await home.must(['up']);
    expect(await volumeContent()).toBe('precious\n');
  });

  test('keeps its ports and host key over a restart, and the volume too', async () => {
    const url = await home.must(['url']);
    const known = await fs.readFile(path.join(home.home, 'machines', 'default', 'ssh', 'known_hosts'), 'utf8');
    await home.must(['restart']);
    expect(await home.must(['url'])).toBe(url);
    expect(await fs.readFile(path.join(home.home, 'machines', 'default', 'ssh', 'known_hosts'), 'utf8')).toBe(known);
    expect(await volumeContent()).toBe('precious\n');
  });

  test('whose clock stood still, with its hardware clock, is set right by the next up', async () => {
    const seconds = async () => Number(await home.must(['ssh', 'date +%s']));
    await home.must(['ssh', '-l', 'root', 'date -u -s @$(($(date +%s) - 100)) >/dev/null && hwclock -u -w']);
    expect(Date.now() / 1000 - (await seconds())).toBeGreaterThan(90);
    await home.must(['up']);
    await new Promise((resolve) => setTimeout(resolve, 7_000)); // the guest compares its two clocks every 5 s
    expect(Math.abs(Date.now() / 1000 - (await seconds()))).toBeLessThan(30);
  });

  test('gives containers their signal and their time at down', async () => {
    const trap = 'trap "echo asked to stop > /v/stopped; exit 0" TERM; echo ready; while :; do sleep 1; done';
    await home.docker(['run', '-d', '--name', 'polite', '-v', 'kept:/v', BUSYBOX, 'sh', '-c', trap]);
    await home.must(['down']);
    await home.must(['up']);
    expect((await home.docker(['inspect', '--format', '{{.State.ExitCode}}', 'polite'])).stdout).toBe('0\n');
    expect((await home.docker(['run', '--rm', '-v', 'kept:/v', BUSYBOX, 'cat', '/v/stopped'])).stdout).toBe('asked to stop\n');
  });

  test('starts again after kill with its data intact, and its restart policies work', async () => {
    await home.docker(['run', '-d', '--name', 'always', '--restart', 'always', BUSYBOX, 'sleep', '9999']);
    await home.docker(['run', '--rm', '-v', 'kept:/v', BUSYBOX, 'sh', '-c', 'echo synced > /v/file && sync']);
    await home.must(['kill']);
    expect((await home.b2d(['env', '--shell', 'sh']))).toMatchObject({ code: 4, stdout: '' });
    await home.must(['up']);
    expect(await volumeContent()).toBe('synced\n');
    expect((await home.docker(['ps', '--filter', 'name=always', '--format', '{{.Names}}'])).stdout).toBe('always\n');
  });

  test('whose hypervisor was killed tells so, and starts again', async () => {
    const { pid } = await status();
    process.kill(pid as number, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await status()).state).toMatch(/^(crashed|stopped)$/);
    await home.must(['up']);
    expect(await volumeContent()).toBe('synced\n');
  });

  test('goes on where an "up" that was killed left off', async () => {
    await home.must(['down']);
    const seen = /Docker engine \.\.\./;
    await home.b2d(['up'], { started: (child) => child.stderr?.on('data', (text) => { if (seen.test(String(text))) child.kill('SIGKILL'); }) });
    await home.must(['up']);
    expect(await volumeContent()).toBe('synced\n');
  });

  test('has a larger disk and more memory after they were asked for', async () => {
    await home.must(['restart', '--disk', '80g', '--memory', '2000'], { env: { B2D_MEMORY: undefined } });
    const kib = Number(await home.must(['ssh', "df -k /var/lib/docker | awk 'NR==2 {print $2}'"]));
    expect(kib).toBeGreaterThan(75 * 1024 * 1024);
    expect(Number((await home.docker(['info', '--format', '{{.MemTotal}}'])).stdout)).toBeGreaterThan(1800 * 1024 ** 2);
    expect(await volumeContent()).toBe('synced\n');
  });

  test('boots by UEFI as well as by BIOS', async () => {
    await home.must(['down']);
    await home.must(['up'], { env: { B2D_QEMU_FIRMWARE: 'uefi' } });
    expect(await home.must(['ssh', 'test -d /sys/firmware/efi && echo uefi'])).toBe('uefi\n');
    expect(await volumeContent()).toBe('synced\n');
    await home.must(['down']);
    await home.must(['up'], { env: { B2D_QEMU_FIRMWARE: 'bios' } });
    expect(await home.must(['ssh', 'test -d /sys/firmware/efi || echo bios'])).toBe('bios\n');
  });

  test('is deleted after a yes only, and then leaves nothing', async () => {
    expect(await home.b2d(['delete'], { input: 'y\n' })).toMatchObject({ code: 16 }); // no terminal to ask on
    expect(await status()).toMatchObject({ state: 'running' });
    await home.must(['delete', '--yes']);
    expect(await fs.readdir(path.join(home.home, 'machines'))).toEqual([]);
    expect(await home.b2d(['status'])).toMatchObject({ code: 3, stdout: '' });
  });
});

describe('killed by kill -9', () => {
  /** Runs b2d and kills it as soon as it says that this step begins; it may have been quicker. */
  const killedAt = (other: TestHome, args: string[], step: string) => {
    let seen = '';
    return other.b2d(args, { started: (child) => child.stderr?.on('data', (text) => { if ((seen += String(text)).includes(step)) child.kill('SIGKILL'); }) });
  };

  test.each(['Image', 'Keys and certificates', 'Data disk', 'Virtual machine', 'Docker engine'])('at "%s", up goes on, and a delete that was killed too leaves nothing after the next', async (step) => {
    const other = await TestHome.create();
    try {
      expect((await killedAt(other, ['up'], step)).code).not.toBe(0);
      await other.must(['up']);
      expect(await other.must(['status'])).toMatch(/^running\n/);
      await killedAt(other, ['delete', '--yes'], 'Deleting');
      expect([0, 3]).toContain((await other.b2d(['delete', '--yes'])).code);
      expect(await fs.readdir(path.join(other.home, 'machines'))).toEqual([]);
    } finally {
      await other.dispose();
    }
  });

  test('while it shuts down, down goes on', async () => {
    const other = await TestHome.create();
    try {
      await other.must(['up']);
      await killedAt(other, ['down'], 'Shutting down');
      await other.must(['down']);
      expect(await other.must(['status'])).toMatch(/^stopped\n/);
    } finally {
      await other.dispose();
    }
  });
});

describe('a disk with foreign data', () => {
  test.each([
    ['an ext4 of somebody else', (file: string) => execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', '-L', 'family-photos', file])],
    ['bytes in the first 4 MiB', (file: string) => execFileSync('dd', ['if=/dev/urandom', `of=${file}`, 'bs=1', 'count=16', 'seek=3000000', 'conv=notrunc', 'status=none'])],
    ['a partition table at the end', (file: string) => execFileSync('dd', ['if=/dev/urandom', `of=${file}`, 'bs=512', 'count=1', 'seek=4194303', 'conv=notrunc', 'status=none'])],
  ])('%s: is never formatted, and the guest says why there is no engine', async (_, fill) => {
    const other = await TestHome.create();
    try {
      await other.must(['init', '--disk', '2g']);
      const raw = path.join(other.home, 'raw');
      await fs.truncate(await fs.open(raw, 'w').then(async (handle) => { await handle.close(); return raw; }), 2 * 1024 ** 3);
      fill(raw);
      const disk = path.join(other.home, 'machines', 'default', 'data.qcow2');
      execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, disk]);
      const { code, stderr } = await other.b2d(['up']);
      expect(code).toBe(8);
      expect(stderr).toMatch(/disk/);
      await other.must(['kill']);
      execFileSync('qemu-img', ['compare', '-q', '-f', 'raw', '-F', 'qcow2', raw, disk]); // throws where a byte differs
      expect(JSON.parse(execFileSync('qemu-img', ['info', '--output', 'json', disk], { encoding: 'utf8' }))).toMatchObject({ 'virtual-size': 2 * 1024 ** 3 });
    } finally {
      await other.dispose();
    }
  });
});
