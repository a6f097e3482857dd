import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { AutostartStatus } from '../../../src/machine/autostart.ts';
import { execute, TestHome } from '../../support/b2d.ts';
import { tool } from '../../support/tools.ts';

/** The command, with the real systemctl, which works on files alone when it is told that it is offline. */
const root = path.resolve('.');
let home: TestHome;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  home = await TestHome.create();
  const user = path.join(path.dirname(home.home), 'user');
  env = { HOME: user, XDG_CONFIG_HOME: path.join(user, 'config'), XDG_RUNTIME_DIR: path.dirname(home.home), SYSTEMD_OFFLINE: '1', B2D_QEMU_PROGRAM: '/no/qemu', B2D_VIRTUALBOX_PROGRAM: '/no/VBoxManage' };
  await fs.mkdir(env['XDG_CONFIG_HOME']!, { recursive: true });
});
afterEach(() => home.dispose());

const b2d = (...args: string[]) => home.b2d(args, { env });
const status = async (...args: string[]) => JSON.parse(await home.must(['autostart', 'status', '--json', ...args], { env })) as AutostartStatus;
const machineFolder = (name: string) => path.join(home.home, 'machines', name);
async function makeMachine(name = 'default'): Promise<void> {
  await fs.mkdir(machineFolder(name), { recursive: true });
  const machine = { version: 1, name, uuid: '6f1e7c1e-0000-4000-8000-000000000001', createdAt: '2026-01-01T00:00:00Z', driver: 'qemu', cpus: 1, memoryMiB: 512, diskMiB: 4096, image: { sha256: 'aa', version: '1', source: 'x' }, dataDiskMade: false, ports: {}, extra: {} };
  await fs.writeFile(path.join(machineFolder(name), 'machine.json'), JSON.stringify(machine));
}
const remains = async () => (await fs.readdir(env['XDG_CONFIG_HOME']!, { recursive: true })).filter((name) => name.includes('b2d'));

describe('b2d autostart', () => {
  test('on, status, off, as text', async () => {
    await makeMachine();
    expect(await b2d('autostart', 'on')).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('is now started when you log in') });
    const unit = path.join(env['XDG_CONFIG_HOME']!, 'systemd/user/b2d-default.service');
    expect((await b2d('autostart', 'status')).stdout).toBe(`on\n  entry ${unit}\n  program ${path.join(root, 'dist', 'at-login.js')}\n  log ${path.join(machineFolder('default'), 'autostart.log')}\n`);
    expect(await execute(tool('systemctl', 'systemd'), ['--user', 'is-enabled', 'b2d-default.service'], { env: { ...home.env, ...env } })).toMatchObject({ code: 0, stdout: 'enabled\n' });
    expect(await b2d('autostart', 'off')).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('is no longer started') });
    expect(await b2d('autostart', 'off')).toMatchObject({ code: 0, stderr: expect.stringContaining('was not started') });
    expect(await remains()).toEqual([]);
  });

  test('enable and disable are on and off; --machine says which', async () => {
    await makeMachine('dev');
    expect((await b2d('autostart', 'enable', '-m', 'dev')).code).toBe(0);
    expect(await status('-m', 'dev')).toMatchObject({ name: 'dev', state: 'on' });
    expect((await b2d('autostart', 'disable', '-m', 'dev')).code).toBe(0);
    expect(await status('-m', 'dev')).toMatchObject({ state: 'off' });
  });

  test('of a machine that is not there', async () => {
    for (const verb of ['on', 'status']) expect(await b2d('autostart', verb, '--json')).toMatchObject({ code: 3 });
    expect(await b2d('autostart', 'off')).toMatchObject({ code: 0 });
    expect(await remains()).toEqual([]);
  });

  test('killed at any call of systemctl, on and off finish at the next run', async () => {
    await makeMachine();
    const bin = path.join(path.dirname(home.home), 'bin');
    await fs.mkdir(bin);
    const calls = path.join(bin, 'calls');
    await fs.writeFile(path.join(bin, 'systemctl'), `#!/bin/sh\necho >>'${calls.replaceAll("'", `'\\''`)}'\n[ "$(wc -l <'${calls.replaceAll("'", `'\\''`)}')" -ne "$KILL_AT" ] || { kill -9 $PPID; exit 1; }\nexec ${tool('systemctl', 'systemd')} "$@"\n`, { mode: 0o755 });
    let kills = 0;
    for (const verb of ['on', 'off']) {
      for (let at = 1, killed = true; killed; at++) {
        await b2d('autostart', verb === 'on' ? 'off' : 'on');
        await fs.rm(calls, { force: true });
        killed = (await home.b2d(['autostart', verb], { env: { ...env, PATH: `${bin}:${home.env['PATH']}`, KILL_AT: String(at) } })).code === -1;
        if (killed) kills++;
        expect((await b2d('autostart', verb)).code).toBe(0);
        expect(await status()).toMatchObject({ state: verb });
      }
    }
    expect(kills).toBe(6); // show, daemon-reload, enable; is-active, disable, daemon-reload
    expect(await remains()).toEqual([]);
  });

  test('doctor tells of an entry that was left behind, and nothing where there is none', async () => {
    await makeMachine('dev');
    await home.must(['autostart', 'on', '-m', 'dev'], { env });
    await fs.rm(machineFolder('dev'), { recursive: true });
    const findings = async () => (JSON.parse((await b2d('doctor', '--json')).stdout) as { findings: { check: string }[] }).findings.filter(({ check }) => check === 'autostart');
    expect(await findings()).toMatchObject([{ status: 'warn', machine: 'dev', remedy: ['b2d autostart off --machine dev'] }]);
    await home.must(['autostart', 'off', '-m', 'dev'], { env });
    expect(await findings()).toMatchObject([{ status: 'skipped' }]);
  });
});

describe('what is run at login', () => {
  const atLogin = (...args: string[]) => execute(process.execPath, [path.join(root, 'dist', 'at-login.js'), '--home', home.home, '--pause', '0', ...args], { env: { ...home.env, ...env } });
  const log = () => fs.readFile(path.join(machineFolder('default'), 'autostart.log'), 'utf8');

  test('makes no machine where there is none', async () => {
    expect(await atLogin('--machine', 'default')).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining(`no machine "default" in ${home.home}`) });
    expect(await fs.readdir(home.home)).toEqual([]);
  });

  test('tries again while the hypervisor is missing, and writes all that into a log of its own', async () => {
    await makeMachine();
    await fs.writeFile(path.join(machineFolder('default'), 'autostart.log'), 'of the last login\n');
    expect(await atLogin('--machine', 'default')).toMatchObject({ code: 5, stdout: '', stderr: '' });
    const text = await log();
    expect(text.match(/ b2d up --machine default$/gm)).toHaveLength(4);
    expect(text).toMatch(/^Error: .*\n[^]*\/no\/qemu[^]* ended with 5\n$/m);
    expect(text).not.toContain('of the last login');
    expect((await fs.stat(path.join(machineFolder('default'), 'autostart.log'))).mode & 0o777).toBe(0o600);
  });

  test('does not try again what would fail again', async () => {
    await makeMachine();
    await fs.writeFile(path.join(machineFolder('default'), 'machine.json'), '{');
    expect(await atLogin('--machine', 'default')).toMatchObject({ code: 11 });
    expect((await log()).match(/ended with 11$/gm)).toHaveLength(1);
    await fs.rm(machineFolder('default'), { recursive: true }); // so that the clean-up has nothing to ask of it
  });

  test('without words says where it belongs', async () => {
    expect(await execute(process.execPath, [path.join(root, 'dist', 'at-login.js')], { env: home.env })).toMatchObject({ code: 1, stderr: expect.stringContaining('b2d autostart on') });
  });
});
