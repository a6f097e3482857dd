import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ExitCode, type ExitCodeName } from '../../../src/exit-codes.ts';
import { execute, TestHome, type Result } from '../../support/b2d.ts';
import { tinyIso } from '../../support/iso.ts';

let home: TestHome;
let iso: string;
beforeEach(async () => {
  home = await TestHome.create();
  iso = path.join(home.home, 'good.iso');
  await fs.writeFile(iso, tinyIso());
});
afterEach(() => home.dispose());

const b2d = (args: string[], env: NodeJS.ProcessEnv = {}) => home.b2d(args, { env: { B2D_ISO: iso, ...env } });
const machineFile = () => path.join(home.home, 'machines', 'default', 'machine.json');

/** Nothing on stdout, the exit code of the docs, and a text on stderr that names what matters and what to type. */
function expectError(result: Result, code: ExitCodeName, ...texts: string[]): void {
  expect({ ...result, stderr: undefined }).toEqual({ code: ExitCode[code], stdout: '', stderr: undefined });
  for (const text of ['Error:', 'Try:', ...texts]) expect(result.stderr).toContain(text);
  expect(result.stderr).not.toMatch(/\u001b|at .*\.js:\d+/); // no colours and no stack: this is no terminal, and no --debug
}

describe('words that b2d does not know', () => {
  test('a command', async () => expectError(await b2d(['stauts']), 'usage', 'stauts', 'status'));
  test('a flag', async () => expectError(await b2d(['up', '--memroy', '2g']), 'usage', '--memroy', '--memory'));
  test('an argument too many', async () => expectError(await b2d(['up', 'now']), 'usage', 'now'));
  test('a flag without its value', async () => expectError(await b2d(['up', '--memory']), 'usage', '--memory'));
});

describe('machine names', () => {
  test.each(['../x', 'a b', '', 'x'.repeat(64), 'nul'])('%j is refused', async (name) => {
    expectError(await b2d(['up', '--machine', name]), 'usage', 'machine name');
    expect(await fs.readdir(home.home)).toEqual(['good.iso']);
  });
});

describe('settings', () => {
  const hostMiB = Math.floor(os.totalmem() / 1024 ** 2);
  test.each([
    [['--memory', String(hostMiB + 1)], 'memory'],
    [['--memory', '100'], 'memory'],
    [['--memory', 'much'], 'memory'],
    [['--cpus', '0'], 'cpus'],
    [['--cpus', '4096'], 'cpus'],
    [['--disk', '10'], 'disk'],
    [['--driver', 'vmware'], 'driver'],
  ])('%j', async (flags, name) => {
    expectError(await b2d(['init', ...flags]), 'usage', name, `--${name}`);
    await expect(fs.access(machineFile())).rejects.toThrow();
  });

  test('in a variable are named by the variable', async () => expectError(await b2d(['init'], { B2D_MEMORY: 'lots' }), 'usage', 'B2D_MEMORY'));

  test('that a command does not need do not stop it', async () => {
    await home.must(['init'], { env: { B2D_ISO: iso } });
    const result = await b2d(['status'], { B2D_MEMORY: 'lots' });
    expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(/^absent\n/), stderr: expect.stringContaining('B2D_MEMORY') });
    for (const command of ['down', 'kill']) expect(await b2d([command], { B2D_CPUS: '0' })).toMatchObject({ code: 0 });
  });

  test('a smaller disk than the present one changes nothing', async () => {
    expect(await b2d(['init', '--disk', '8g'])).toMatchObject({ code: 0 });
    const before = await fs.readFile(machineFile());
    expectError(await b2d(['up', '--disk', '4g']), 'usage', 'cannot become smaller');
    expect(await fs.readFile(machineFile())).toEqual(before);
  });

  test('a broken config.toml is named with its line', async () => {
    await fs.writeFile(path.join(home.home, 'config.toml'), 'memory = 2048\ncpus = = 2\n');
    expectError(await b2d(['init']), 'stateUnreadable', 'config.toml', '2');
  });
});

describe('boot images', () => {
  test.each([
    ['missing', undefined, 'no such file'],
    ['empty', Buffer.alloc(0), 'empty'],
    ['not an ISO', Buffer.alloc(100_000, 1), 'not an ISO'],
    ['truncated', tinyIso().subarray(0, 38 * 2048), 'truncated'],
  ])('%s', async (name, content, reason) => {
    const file = path.join(home.home, `${name}.iso`);
    if (content) await fs.writeFile(file, content);
    expectError(await b2d(['init', '--iso', file]), 'imageInvalid', file, reason);
    await expect(fs.access(machineFile())).rejects.toThrow();
  });

  test('by plain http from elsewhere', async () => expectError(await b2d(['init', '--iso', 'http://example.com/b2d.iso']), 'usage', 'https'));
});

describe('machine.json', () => {
  beforeEach(async () => void (await home.must(['init'], { env: { B2D_ISO: iso } })));

  test.each(['status', 'up', 'env', 'delete'])('cut off: %s tells, and leaves it alone', async (command) => {
    await fs.writeFile(machineFile(), '{"version": 1, "na');
    expectError(await b2d([command, ...(command === 'delete' ? ['--yes'] : []), ...(command === 'env' ? ['--shell', 'sh'] : [])]), 'stateUnreadable', 'machine.json');
    expect(await fs.readFile(machineFile(), 'utf8')).toBe('{"version": 1, "na');
    await fs.rm(machineFile()); // so that the clean-up has nothing to ask of it
  });

  test('from a newer version', async () => {
    await fs.writeFile(machineFile(), JSON.stringify({ version: 99 }));
    expectError(await b2d(['up']), 'stateUnreadable', 'newer b2d');
    await fs.rm(machineFile());
  });
});

describe('no machine', () => {
  test.each(['down', 'status', 'info', 'ip', 'url', 'ssh', 'logs', 'restart', 'kill', 'delete'])('%s says so and how to make one', async (command) => {
    expectError(await b2d([command, '--machine', 'ghost']), 'machineAbsent', '"ghost"', 'b2d init --machine ghost');
  });

  test('that runs: env, ip, url and ssh say so and print nothing', async () => {
    await home.must(['init'], { env: { B2D_ISO: iso } });
    for (const command of [['env', '--shell', 'sh'], ['ip'], ['url'], ['ssh', 'true']]) expectError(await b2d(command), 'machineNotRunning', 'b2d up');
  });
});

describe('the host', () => {
  test('without QEMU: says what to install', async () => {
    const bin = path.join(home.home, 'bin');
    await fs.mkdir(bin);
    expectError(await b2d(['init'], { PATH: bin, B2D_QEMU_PROGRAM: path.join(bin, 'qemu-system-x86_64') }), 'hypervisorMissing', 'qemu');
  });

  test('with a relative B2D_HOME', async () => expectError(await b2d(['init'], { B2D_HOME: 'here' }), 'usage', 'B2D_HOME'));

  test('with B2D_HOME below a file', async () => expectError(await b2d(['init'], { B2D_HOME: path.join(iso, 'b2d') }), 'storage', iso));

  test.each([
    ['read-only', 'ro,size=1m', 'read-only'],
    ['full', 'size=64k', 'full'],
  ])('with a %s B2D_HOME', async (_, options, reason) => {
    const mounted = path.join(home.home, 'mounted');
    await fs.mkdir(mounted);
    const script = 'mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && exec "$@"';
    const result = await execute('unshare', ['--map-root-user', '--mount', 'sh', '-c', script, 'sh', options, mounted, process.execPath, path.resolve('bin/b2d.js'), 'init'], {
      env: { ...home.env, B2D_ISO: iso, B2D_HOME: mounted },
    });
    expectError(result, 'storage', mounted, reason);
  });
});

describe('--json', () => {
  test('prints the same facts as an object on stdout', async () => {
    const { code, stdout } = await b2d(['status', '--json', '--machine', 'ghost']);
    expect(code).toBe(ExitCode.machineAbsent);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: code, code: 'machineAbsent', error: expect.stringContaining('ghost'), remedy: ['Make it: b2d init --machine ghost'] });
  });
});
