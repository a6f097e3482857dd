import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { autostartOff, autostartOn, autostartStatus } from '../../../src/machine/autostart.ts';
import type { OsName } from '../../../src/platform/platform.ts';
import { AutostartWorld } from '../../support/autostart.ts';

/** The calls of each operating system's own program. */
let world: AutostartWorld;
afterEach(() => world.dispose());
const create = async (os: OsName): Promise<void> => void (world = await AutostartWorld.create(os));
const on = () => autostartOn(world.surroundings, 'default');
const off = () => autostartOff(world.surroundings, 'default');
/** Those that change something. */
const changes = () => world.takeCalls().filter((call) => !/^launchctl print|^powershell|--property=Version|is-active/.test(call));

describe('launchctl', () => {
  const agent = 'gui/501/io.b2d.machine.default';
  const plist = () => path.join(world.platform.homeDir, 'Library', 'LaunchAgents', 'io.b2d.machine.default.plist');

  test('loads the agent at once, and only once', async () => {
    await create('darwin');
    expect((await on()).notes).toEqual(['launchd starts it now, too.']);
    expect(changes()).toEqual([`launchctl bootstrap gui/501 ${plist()}`]);
    expect((await on()).notes).toEqual([]);
    expect(changes()).toEqual([]);
    expect((await fs.stat(plist())).mode & 0o777).toBe(0o644); // launchd takes none that others can write
    await off();
    expect(changes()).toEqual([`launchctl bootout ${agent}`]);
  });

  test('unloads what it had loaded of an older entry', async () => {
    await create('darwin');
    await on();
    changes();
    await fs.appendFile(plist(), '\n');
    await on();
    expect(changes()).toEqual([`launchctl bootout ${agent}`, `launchctl bootstrap gui/501 ${plist()}`]);
    expect(world.registered.get('io.b2d.machine.default')).toBe(await fs.readFile(plist(), 'utf8'));
  });

  test('switches on what was switched off', async () => {
    await create('darwin');
    world.switchedOff.add('io.b2d.machine.default').add('io.b2d.machine.default.other');
    await on();
    expect(changes()).toEqual([`launchctl enable ${agent}`, `launchctl bootstrap gui/501 ${plist()}`]);
    expect([...world.switchedOff]).toEqual(['io.b2d.machine.default.other']);
  });

  test('without a graphical session: it counts from the next login on', async () => {
    await create('darwin');
    world.reachable = false;
    expect((await on()).notes).toEqual([expect.stringContaining('Domain does not support')]);
    expect(await autostartStatus(world.surroundings, 'default')).toMatchObject({ state: 'on' });
    await off();
    expect(await world.remains()).toEqual([]);
  });
});

describe('systemctl', () => {
  test('reads the unit anew and enables it; starts and stops nothing', async () => {
    await create('linux');
    await on();
    expect(changes()).toEqual(['systemctl --user daemon-reload', 'systemctl --user enable b2d-default.service']);
    await off();
    expect(changes()).toEqual(['systemctl --user disable --no-reload b2d-default.service', 'systemctl --user daemon-reload']);
    await off();
    expect(changes()).toEqual([]);
  });

  test('of a unit that is active what is loaded stays: the machine is shut down by it at the session\'s end', async () => {
    await create('linux');
    await on();
    world.active = true;
    changes();
    await off();
    expect(changes()).toEqual(['systemctl --user disable --no-reload b2d-default.service']);
    expect(await world.remains()).toEqual([]);
  });

  test('XDG_CONFIG_HOME counts where it is absolute', async () => {
    await create('linux');
    world.platform.env['XDG_CONFIG_HOME'] = 'here';
    expect((await autostartStatus(world.surroundings, 'default')).entry).toBe(path.join(world.platform.homeDir, '.config/systemd/user/b2d-default.service'));
    world.platform.env['XDG_CONFIG_HOME'] = '/x y';
    expect((await autostartStatus(world.surroundings, 'default')).entry).toBe('/x y/systemd/user/b2d-default.service');
  });

  test('where systemd does not manage the user\'s units: says so and writes nothing; off works', async () => {
    await create('linux');
    world.reachable = false;
    await expect(on()).rejects.toMatchObject({ exit: 'unsupported', reason: expect.stringContaining('bus') });
    expect(await world.remains()).toEqual([]);
    world.reachable = true;
    await on();
    world.reachable = false;
    await off();
    expect(await world.remains()).toEqual([]);
  });
});

describe('the registry', () => {
  const RUN = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run';

  test('gets one value, of this user\'s', async () => {
    await create('win32');
    await on();
    expect(changes()[0]).toMatch(/^reg\.exe add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run \/v b2d-default \/t REG_SZ \/d \S*conhost\.exe --headless .*at-login\.js.? --machine default \/f$/);
    expect(await world.remains()).toEqual(['b2d-default']);
    await off();
    expect(changes()[0]).toBe(`reg.exe delete ${RUN} /v b2d-default /f`);
  });

  test('that cannot be read is an error, not an empty one', async () => {
    await create('win32');
    await expect(autostartStatus({ ...world.surroundings, platform: { ...world.platform, run: async () => ({ code: 0, stdout: '', stderr: '' }) } }, 'default')).rejects.toMatchObject({ exit: 'failure', message: expect.stringContaining(RUN) });
  });

  test('that must not be changed: its own words', async () => {
    await create('win32');
    world.reachable = false;
    await expect(on()).rejects.toMatchObject({ exit: 'storage', reason: 'ERROR: Access is denied.' });
  });
});
