import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checks } from '../../../src/doctor/checks/index.ts';
import type { Report, ReportedFinding } from '../../../src/doctor/run.ts';
import { TestHome, type Result } from '../../support/b2d.ts';
import { inTerminal } from '../../support/terminal.ts';

let home: TestHome;
beforeEach(async () => void (home = await TestHome.create()));
afterEach(() => home.dispose());

/** Neither hypervisor is there, whatever this computer has. */
const NO_HYPERVISOR = { B2D_QEMU_PROGRAM: '/no/qemu', B2D_VIRTUALBOX_PROGRAM: '/no/VBoxManage' };

const doctor = (args: string[] = [], env: NodeJS.ProcessEnv = {}) => home.b2d(['doctor', ...args], { env: { HOME: home.home, ...env } });
const read = ({ stdout }: Result): Report => JSON.parse(stdout) as Report;
const json = async (env: NodeJS.ProcessEnv = {}, args: string[] = []) => read(await doctor(['--json', ...args], env));
const of = (report: Report, check: string): ReportedFinding[] => report.findings.filter((finding) => finding.check === check);
const put = async (file: string, content: string) => {
  await fs.mkdir(path.dirname(path.join(home.home, file)), { recursive: true });
  await fs.writeFile(path.join(home.home, file), content);
};

describe('without any machine', () => {
  test('and without a hypervisor: says which are missing, ends with 1, and makes nothing', async () => {
    const result = await doctor(['--json'], NO_HYPERVISOR);
    expect(result.code).toBe(1);
    const report = read(result);
    for (const check of ['virtualbox', 'qemu', 'driver']) expect(of(report, check)).toMatchObject([{ status: 'fail' }]);
    for (const check of ['machine', 'ports', 'certificates', 'clock']) expect(of(report, check)).toMatchObject([{ status: 'skipped' }]);
    expect(await fs.readdir(home.home)).toEqual([]);
  });

  test('with a QEMU that can be used, nothing fails', async () => {
    const result = await doctor(['--json']);
    expect(read(result).findings.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(result.code).toBe(0);
  });

  test('with a B2D_HOME that is not there', async () => {
    const missing = path.join(home.home, 'missing');
    expect(of(await json({ B2D_HOME: missing }), 'home')).toMatchObject([{ status: 'ok', message: expect.stringContaining(missing) }]);
    await expect(fs.access(missing)).rejects.toThrow();
  });
});

describe('the report', () => {
  test('as text: a line for each finding on stdout, ASCII but for the user\'s own names', async () => {
    const { code, stdout, stderr } = await doctor([], NO_HYPERVISOR);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ok +Settings /m);
    expect(stdout).toMatch(/^fail +VirtualBox .*\/no\/VBoxManage/m);
    expect(stdout).toMatch(/^skipped +Machine /m);
    expect(stdout).toMatch(/\d failed.*\.\n$/);
    expect(stdout.replaceAll('Jörg', '')).not.toMatch(/[^\x0a\x20-\x7e]/);
    expect(stderr).not.toMatch(/\u001b|Error|at .*\.js:\d+/);
  });

  test('as JSON: the same facts, alone on stdout, with every check of this system', async () => {
    const result = await doctor(['--json']);
    const { status, findings } = read(result);
    expect(result.code).toBe(status === 'fail' ? 1 : 0);
    const meant = checks.filter(({ os }) => os === undefined || (os as readonly string[]).includes(process.platform));
    expect([...new Set(findings.map(({ check }) => check))]).toEqual(meant.map(({ id }) => id));
    for (const { title, status: one, message } of findings) {
      expect(title).toBeTruthy();
      expect(message).toMatch(/\S/);
      expect(['ok', 'warn', 'fail', 'skipped']).toContain(one);
    }
  });

  test.each([[{}, true], [{ NO_COLOR: '1' }, false], [{ TERM: 'dumb' }, false]])('on a terminal with %j: colours %s', async (env, coloured) => {
    const { text } = await inTerminal(['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), process.execPath, path.resolve('bin', 'b2d.js'), 'doctor'], { env: { ...home.env, HOME: home.home, CI: '1' }, type: '' });
    expect(text).toContain('Settings');
    expect(text.includes('\u001b[32m')).toBe(coloured);
  });
});

describe('what would stop other commands is a finding', () => {
  test('a broken config.toml', async () => {
    await put('config.toml', 'memory = 2048\ncpus = = 2\n');
    const result = await doctor(['--json']);
    expect(result.code).toBe(1);
    expect(of(read(result), 'settings')).toMatchObject([{ status: 'fail', message: expect.stringContaining('line 2'), remedy: [expect.any(String)] }]);
    expect(of(read(result), 'qemu')).toMatchObject([{ status: 'ok' }]);
  });

  test('a variable that cannot be used', async () => {
    expect(of(await json({ B2D_MEMORY: 'lots' }), 'settings')).toMatchObject([{ status: 'fail', message: expect.stringContaining('B2D_MEMORY') }]);
    expect(of(await json({ B2D_HOME: 'here' }), 'settings')).toMatchObject([{ status: 'fail', message: expect.stringContaining('B2D_HOME') }]);
  });

  test('a B2D_HOME below a file', async () => {
    await put('file', '');
    expect(of(await json({ B2D_HOME: path.join(home.home, 'file', 'b2d') }), 'home')).toMatchObject([{ status: 'fail', message: expect.stringContaining('ENOTDIR') }]);
  });

  test('a half-made home: each piece by its own finding, and no piece is touched', async () => {
    await put('images/6f3b.partial', 'half an image');
    await put('machines/cut/machine.json', '{"version": 1, "na');
    await put('machines/newer/machine.json', '{"version": 99}');
    await put('machines/disk/data.qcow2', 'precious');
    await put('machines/begun/ssh/id_ed25519', 'key');
    const before = (await fs.readdir(home.home, { recursive: true })).sort();
    const report = await json();
    expect(of(report, 'machine')).toMatchObject([{ status: 'fail', machine: 'cut' }, { status: 'fail', machine: 'newer', message: expect.stringContaining('newer b2d') }]);
    expect(of(report, 'leftover-files')).toMatchObject([{ details: [expect.stringContaining('6f3b.partial')] }, { machine: 'begun' }, { machine: 'disk', remedy: ['To use it again: b2d init --machine disk'] }]);
    expect((await fs.readdir(home.home, { recursive: true })).sort()).toEqual(before);
    await fs.rm(path.join(home.home, 'machines'), { recursive: true }); // so that the clean-up has nothing to ask of them
  });

  test('--machine looks at that one alone', async () => {
    await put('machines/cut/machine.json', '{');
    expect(of(await json({}, ['--machine', 'ghost']), 'machine')).toMatchObject([{ status: 'fail', machine: 'ghost' }]);
    expect(await doctor(['--machine', '../x'])).toMatchObject({ code: 2, stdout: '' });
    await fs.rm(path.join(home.home, 'machines'), { recursive: true });
  });
});
