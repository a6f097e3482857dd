import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { AutostartStatus } from '../../src/machine/autostart.ts';
import type { MachineRecord } from '../../src/machine/record.ts';
import type { MachineStatus } from '../../src/machine/status.ts';
import { execute, TestHome } from '../support/b2d.ts';
import { eventually } from '../support/eventually.ts';
import { UserSessions } from '../support/user-manager.ts';

/** A user with systemd logs in and out. The tests build on each other. */
const whenRoot = process.getuid?.() === 0 ? describe : describe.skip; // systemd as a user's manager needs a control group
let home: TestHome;
let sessions: UserSessions;

jest.setTimeout(900_000); // a start of the machine, under software emulation
const WAIT_MS = 600_000;
const UNIT = 'b2d-default.service';

whenRoot('a machine with autostart, of a user with systemd', () => {
  beforeAll(async () => {
    home = await TestHome.create();
    sessions = await UserSessions.create({ ...home.env, HOME: path.join(path.dirname(home.home), 'user') }, path.join(path.dirname(home.home), "Jörg's $XDG `config` 100%"));
  });
  afterAll(async () => {
    await sessions?.dispose();
    await home?.dispose();
  });

  const b2d = async <T>(args: string[]): Promise<T> => JSON.parse(await home.must([...args, '--json'], { env: sessions.env })) as T;
  const uuid = async () => (JSON.parse(await fs.readFile(path.join(home.home, 'machines', 'default', 'machine.json'), 'utf8')) as MachineRecord).uuid;

  test('is not started by "autostart on", nor started again by the next one', async () => {
    await sessions.login();
    await b2d(['init', '--driver', 'qemu']);
    expect(await b2d<AutostartStatus>(['autostart', 'status'])).toMatchObject({ state: 'off' });
    expect(await b2d(['autostart', 'on'])).toMatchObject({ state: 'on', changed: true });
    expect(await b2d(['autostart', 'on'])).toMatchObject({ state: 'on', changed: false });
    expect(await sessions.property(UNIT, 'ActiveState')).toBe('inactive');
    await sessions.logout();
    expect(await b2d<MachineStatus>(['status'])).toMatchObject({ state: 'absent' }); // it was never started
  });

  test('comes up at the next login, and goes on when what started it has ended', async () => {
    await sessions.login();
    await eventually(async () => expect(await sessions.property(UNIT, 'ActiveState')).not.toBe('activating'), WAIT_MS);
    const { log } = await b2d<AutostartStatus>(['autostart', 'status']);
    expect({ active: await sessions.property(UNIT, 'SubState'), log: await fs.readFile(log, 'utf8') }).toEqual({ active: 'exited', log: expect.stringMatching(/b2d up --machine default\n[^]* ended with 0\n$/) });
    expect(await b2d<MachineStatus>(['status'])).toMatchObject({ state: 'running', engine: { version: expect.any(String) } });
    const { stdout } = await execute('pgrep', ['-f', `qemu-system.*${await uuid()}`]);
    expect(await fs.readFile(`/proc/${stdout.trim()}/cgroup`, 'utf8')).toContain(UNIT); // it is there that systemd would look for what to kill
  });

  test('is shut down in order at logout', async () => {
    expect(await sessions.logout()).not.toMatch(/Failed with result|timed out/);
    expect(await b2d<MachineStatus>(['status'])).toMatchObject({ state: 'stopped' });
    expect(await home.must(['logs'], { env: sessions.env })).toMatch(/ stopped$/m);
  });

  test('"autostart off" leaves nothing, also when the user is not logged in', async () => {
    expect(await b2d(['autostart', 'off'])).toMatchObject({ state: 'off', changed: true });
    expect(await b2d(['autostart', 'off'])).toMatchObject({ state: 'off', changed: false });
    const left = await fs.readdir(sessions.env['XDG_CONFIG_HOME']!, { recursive: true });
    expect(left.filter((name) => name.includes('b2d'))).toEqual([]);
    await expect(b2d(['autostart', 'on'])).rejects.toThrow('ended with 14');
  });

  test('deleted, takes its entry along', async () => {
    await sessions.login();
    await b2d(['autostart', 'on']);
    await b2d(['delete', '--yes']);
    expect(await sessions.property(UNIT, 'LoadState')).toBe('not-found');
    const left = await fs.readdir(sessions.env['XDG_CONFIG_HOME']!, { recursive: true });
    expect(left.filter((name) => name.includes('b2d'))).toEqual([]);
  });
});
