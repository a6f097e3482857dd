import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { plainFolder } from '../../support/temp.ts';

const iso = path.resolve(import.meta.dirname, '../../../iso');

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** What the builder finds on its machine, by programs put in front of PATH. */
interface Machine {
  /** User id, as `id -u` prints it. */
  user?: number;
  /** Free space as df shows it, MiB. */
  freeMiB?: number;
  /** `apt-get update` works. */
  network?: boolean;
  /** Host packages are installed. */
  packages?: boolean;
}

let folder: string;
let checkout: string;
beforeEach(async () => {
  folder = await plainFolder('b2d-builder');
  checkout = path.join(folder, 'checkout');
  // A copy, so that no test writes to the real iso/out.
  await fs.cp(iso, path.join(checkout, 'iso'), { recursive: true, filter: (file) => !file.startsWith(path.join(iso, 'out')) });
  await fs.writeFile(path.join(checkout, 'package.json'), '{\n  "name": "b2d",\n  "version": "9.8.7"\n}\n');
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

async function fake(name: string, script: string): Promise<void> {
  await fs.mkdir(path.join(folder, 'bin'), { recursive: true });
  await fs.writeFile(path.join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

async function machine({ user = 0, freeMiB = 50_000, network = true, packages = true }: Machine): Promise<void> {
  await fake('id', `echo ${user}`);
  await fake('df', `echo Filesystem; echo "/dev/x 1 1 ${freeMiB} 1% /"`);
  await fake('apt-get', network ? 'exit 0' : 'exit 100');
  await fake('dpkg-query', packages ? 'echo installed' : 'exit 1');
}

function build(args: readonly string[]): Promise<Outcome> {
  return command('bash', [path.join(checkout, 'iso/build.sh'), ...args]);
}

function command(file: string, args: readonly string[]): Promise<Outcome> {
  const env = { ...process.env, PATH: `${folder}/bin:${process.env['PATH']}`, B2D_BUILD_CACHE: `${folder}/cache`, B2D_DEBIAN_MIRROR: 'http://127.0.0.1:1/debian' };
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const outcome: Outcome = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (outcome.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (outcome.stderr += data.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...outcome, code }));
  });
}

describe('the image builder on a machine that cannot build', () => {
  test('--help goes to stdout and names the project version', async () => {
    const { code, stdout } = await build(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--cached');
    expect(stdout).toContain('9.8.7');
  });

  test.each([
    { args: ['--cachd'], says: 'unknown option --cachd' },
    { args: ['--version'], says: '--version needs a value' },
    { args: ['--version', '../../etc'], says: 'is not a version' },
  ])('$args is refused', async ({ args, says }) => {
    const { code, stderr, stdout } = await build(args);
    expect(code).toBe(1);
    expect(stderr).toContain(says);
    expect(stderr).toContain('npm run build:iso');
    expect(stdout).toBe('');
  });

  test('an unprivileged user is told the one command', async () => {
    await machine({ user: 1000 });
    const { code, stderr } = await build([]);
    expect(code).toBe(1);
    expect(stderr).toContain('needs root');
    expect(stderr).toMatch(/try: +sudo npm run build:iso/);
  });

  test('a full disk is found before the first step', async () => {
    await machine({ freeMiB: 300 });
    const { code, stderr } = await build([]);
    expect(code).toBe(1);
    expect(stderr).toContain('300 MiB are free');
    expect(stderr).toContain('B2D_BUILD_CACHE=');
  });

  test('missing host packages that apt cannot install are named', async () => {
    await machine({ packages: false, network: false });
    const { code, stderr } = await build([]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/try: +apt-get update && apt-get install mmdebstrap/);
  });

  test('no network: the message says how to use the last image', async () => {
    await machine({ network: false });
    const { code, stderr } = await build([]);
    expect(code).toBe(1);
    expect(stderr).toContain('package indexes cannot be fetched');
    expect(stderr).toContain('--cached');
  });
});

describe('--cached', () => {
  /** Puts an image under the key that the builder gives this very tree. */
  async function keep(contents: string): Promise<void> {
    const script = 'cd "$1/build"; ISO_DIR=$1 VERSION=9.8.7 SOURCE_DATE_EPOCH=1767225600; for f in lib finish arch/amd64; do . ./$f.sh; done; tree_key';
    const { stdout } = await command('bash', ['-euc', script, 'key', path.join(checkout, 'iso')]);
    const entry = path.join(folder, 'cache/iso', `${stdout.trim()}-0123`);
    await fs.mkdir(entry, { recursive: true });
    await fs.writeFile(path.join(entry, 'b2d-amd64.iso'), contents);
    await fs.writeFile(path.join(entry, 'manifest.json'), '{}\n');
  }

  test('takes the image of these files, without root and without network', async () => {
    await machine({ user: 1000, network: false });
    await keep('an image');
    const { code, stdout } = await build(['--cached']);
    expect(code).toBe(0);
    expect(stdout.trim()).toBe(path.join(checkout, 'iso/out/b2d-amd64.iso'));
    expect(await fs.readFile(stdout.trim(), 'utf8')).toBe('an image');
    expect((await fs.readdir(path.join(checkout, 'iso/out'))).sort()).toEqual(['b2d-amd64.iso', 'manifest.json']);
  });

  test('says so when iso/out cannot be written', async () => {
    await machine({ user: 1000 });
    await keep('an image');
    await fs.writeFile(path.join(checkout, 'iso/out'), 'a file where the folder should be');
    const { code, stderr, stdout } = await build(['--cached']);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot be written');
    expect(stdout).toBe('');
  });

  test('builds when a file of iso/ changed', async () => {
    await machine({ user: 1000 });
    await keep('an image');
    await fs.appendFile(path.join(checkout, 'iso/rootfs/etc/profile'), '\n');
    const { code, stderr } = await build(['--cached']);
    expect(code).toBe(1);
    expect(stderr).toContain('no image of these files');
    expect(stderr).toContain('sudo npm run build:iso');
  });
});
