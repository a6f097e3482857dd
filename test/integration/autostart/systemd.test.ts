import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { autostartOff, autostartOn } from '../../../src/machine/autostart.ts';
import { machinePaths } from '../../../src/machine/paths.ts';
import { hostPlatform, type Platform } from '../../../src/platform/platform.ts';
import { userUnits } from '../../../src/autostart/systemd.ts';
import { eventually } from '../../support/eventually.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';
import { UserSessions } from '../../support/user-manager.ts';

/** A real systemd runs the unit; what it is to start says what it was given. */
const whenRoot = process.getuid?.() === 0 ? describe : describe.skip; // systemd as a user's manager needs a control group
const UNIT = 'b2d-default.service';
const WAIT_MS = 60_000;

/** In place of at-login.js and b2d.js: notes its words and variables, and leaves a child behind when it starts, as `up` leaves a hypervisor. */
const PROGRAM = `
const fs = require('node:fs');
const { B2D_HOME, PATH } = process.env;
fs.appendFileSync(B2D_HOME + '/ran', JSON.stringify({ argv: process.argv.slice(1), B2D_HOME, PATH }) + '\\n');
if (process.argv.includes('--home')) {
  const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  fs.writeFileSync(B2D_HOME + '/child', String(child.pid));
  child.unref();
}`;

whenRoot('the unit', () => {
  let folder: string;
  let home: string;
  let platform: Platform;
  let sessions: UserSessions;
  const program = (...names: string[]) => path.join(folder, "b2d's $b ${b} 100% \\x", ...names);

  beforeAll(async () => {
    folder = await awkwardFolder();
    home = path.join(folder, 'home "a" $HOME ${HOME} %h \\t;');
    for (const [name, text] of [[path.join('dist', 'at-login.js'), PROGRAM], [path.join('bin', 'b2d.js'), PROGRAM]] as const) {
      await fs.mkdir(path.dirname(program(name)), { recursive: true });
      await fs.writeFile(program(name), text);
    }
    sessions = await UserSessions.create({ ...process.env, HOME: path.join(folder, 'user'), NODE_OPTIONS: '' }, path.join(folder, 'config'));
    platform = { ...hostPlatform(), env: sessions.env, run: (file, args, options) => hostPlatform().run(file, args, { ...options, env: sessions.env }) };
    const { directory, record } = machinePaths(platform, home, 'default');
    await fs.mkdir(directory, { recursive: true });
    await fs.writeFile(record, JSON.stringify({ version: 1, name: 'default', uuid: 'x', createdAt: '', driver: 'qemu', cpus: 1, memoryMiB: 1, diskMiB: 1, image: {}, dataDiskMade: false, ports: {}, extra: {} }));
    await sessions.login();
  });
  afterAll(async () => {
    await sessions?.dispose();
    await removeFolder(folder);
  });

  const surroundings = () => ({ platform, home, packageRoot: program() });
  const ran = async () => (await fs.readFile(path.join(home, 'ran'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  const child = async () => Number(await fs.readFile(path.join(home, 'child'), 'utf8'));

  test('is enabled and not started', async () => {
    await autostartOn(surroundings(), 'default');
    expect(await sessions.property(UNIT, 'UnitFileState')).toBe('enabled');
    expect(await sessions.property(UNIT, 'ActiveState')).toBe('inactive');
  });

  test('gives every word and variable as it is, and leaves what was started alone', async () => {
    expect(await sessions.systemctl(['start', UNIT])).toMatchObject({ code: 0 });
    expect(await ran()).toEqual([{ argv: [program('dist', 'at-login.js'), '--home', home, '--machine', 'default'], B2D_HOME: home, PATH: expect.stringMatching(/\/usr\/bin/) }]);
    expect(await sessions.property(UNIT, 'SubState')).toBe('exited');
    process.kill(await child(), 0); // throws where it is gone
  });

  test('is stopped by "b2d down", and kills nothing else of its control group', async () => {
    expect(await sessions.systemctl(['stop', UNIT])).toMatchObject({ code: 0 });
    expect((await ran())[1]).toEqual({ argv: [program('bin', 'b2d.js'), 'down', '--machine', 'default'], B2D_HOME: home, PATH: expect.any(String) });
    expect(await sessions.property(UNIT, 'Result')).toBe('success');
    process.kill(await child(), 0);
  });

  test.each(['node $a ${a} 100%;', 'node "a" $a ${a} 100%'])('runs a node in the folder %s', async (name) => {
    const base = await fs.mkdtemp(path.join(os.tmpdir(), 'b2d-node-'));
    const node = path.join(base, name, 'node');
    await fs.mkdir(path.dirname(node));
    await fs.symlink(process.execPath, node);
    const before = (await ran()).length;
    await userUnits(platform).write({ machine: 'default', home, node, program: program('dist', 'at-login.js'), path: '/usr/bin', log: '' });
    expect(await sessions.systemctl(['restart', UNIT])).toMatchObject({ code: 0 });
    expect((await ran()).slice(before).at(-1)).toMatchObject({ argv: [program('dist', 'at-login.js'), '--home', home, '--machine', 'default'], PATH: '/usr/bin' });
    await fs.rm(base, { recursive: true });
  });

  test('is switched off without being stopped; systemd forgets it with the session', async () => {
    await autostartOn(surroundings(), 'default');
    await sessions.systemctl(['restart', UNIT]);
    const before = (await ran()).length;
    await autostartOff(surroundings(), 'default');
    expect(await sessions.property(UNIT, 'ActiveState')).toBe('active');
    await sessions.logout();
    expect((await ran()).slice(before)).toMatchObject([{ argv: [program('bin', 'b2d.js'), 'down', '--machine', 'default'] }]); // at the session's end
    await sessions.login();
    await eventually(async () => expect(await sessions.property(UNIT, 'LoadState')).toBe('not-found'), WAIT_MS);
  });
});
