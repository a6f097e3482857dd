import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { autostarterFor } from '../../../src/autostart/autostarter.ts';
import { autostartOff, autostartOn, dropAutostart, autostartStatus, listAutostart } from '../../../src/machine/autostart.ts';
import { AutostartWorld } from '../../support/autostart.ts';

describe.each(['darwin', 'linux', 'win32'] as const)('autostart on %s', (os) => {
  let world: AutostartWorld;
  beforeEach(async () => void (world = await AutostartWorld.create(os)));
  afterEach(() => world.dispose());

  const on = (name = 'default') => autostartOn(world.surroundings, name);
  const off = (name = 'default') => autostartOff(world.surroundings, name);
  const status = (name = 'default') => autostartStatus(world.surroundings, name);
  const file = (name = 'default') => autostarterFor(world.platform).where(name);
  /** Changes what the entry starts, as text. */
  const alter = async (from: string, to: string) => {
    if (os === 'win32') world.registered.set('b2d-default', world.registered.get('b2d-default')!.replaceAll(from, to));
    else await fs.writeFile(file(), (await fs.readFile(file(), 'utf8')).replaceAll(from, to));
  };

  test('on, again on, off, again off: nothing remains', async () => {
    expect(await status()).toMatchObject({ state: 'off', entry: file() });
    expect(await on()).toMatchObject({ changed: true });
    expect(await status()).toMatchObject({ state: 'on', program: world.program, log: path.join(world.home, 'machines', 'default', 'autostart.log') });
    expect(await on()).toMatchObject({ changed: false });
    expect(await status()).toMatchObject({ state: 'on' });
    expect(await off()).toMatchObject({ state: 'on' });
    expect(await off()).toMatchObject({ state: 'off' });
    expect(await world.remains()).toEqual([]);
  });

  test('each machine has its own', async () => {
    await world.makeMachine('dev.x_1');
    await on();
    await on('dev.x_1');
    expect((await listAutostart(world.surroundings)).map(({ name, state }) => [name, state])).toEqual([['default', 'on'], ['dev.x_1', 'on']]);
    await off();
    expect((await listAutostart(world.surroundings)).map(({ name }) => name)).toEqual(['dev.x_1']);
    await expect(on('none')).rejects.toMatchObject({ exit: 'machineAbsent' });
  });

  test('killed before any call of the system\'s programs, on and off finish at the next run', async () => {
    for (const work of [on, off]) {
      let kills = 0;
      for (let calls = 0, killed = true; killed; calls++) {
        await (work === on ? off() : on());
        killed = await world.killedAfter(calls, work);
        if (killed) kills++;
        await work();
        expect(await status()).toMatchObject({ state: work === on ? 'on' : 'off' });
        if (work === off) expect(await world.remains()).toEqual([]);
      }
      expect(kills).toBeGreaterThan(1);
    }
  });

  test('of a b2d that was moved is stale, and renewed by on alone', async () => {
    await on();
    await fs.rename(world.packageRoot, path.join(world.folder, 'new'));
    world.packageRootName = 'new';
    expect(await status()).toMatchObject({ state: 'stale', reason: expect.stringContaining(`${path.join(world.folder, 'b2d', 'dist', 'at-login.js')}, which is not there`) });
    expect(await on()).toMatchObject({ changed: true });
    expect(await status()).toMatchObject({ state: 'on', program: world.program });
  });

  test('of another b2d that is there as well is stale', async () => {
    await on();
    await fs.cp(world.packageRoot, path.join(world.folder, 'new'), { recursive: true });
    world.packageRootName = 'new';
    expect(await status()).toMatchObject({ state: 'stale', reason: 'It starts another b2d than this.' });
  });

  test('switched off in the operating system is idle, and on again after on', async () => {
    await on();
    if (os === 'linux') await fs.rm(path.join(path.dirname(file()), 'default.target.wants'), { recursive: true });
    else world.switchedOff.add(os === 'darwin' ? 'io.b2d.machine.default' : 'b2d-default');
    expect(await status()).toMatchObject({ state: 'idle', reason: expect.any(String) });
    await on();
    expect(await status()).toMatchObject({ state: 'on' });
    await dropAutostart(world.surroundings, 'default');
    expect(await world.remains()).toEqual([]);
  });

  test('of a machine that is gone is left, and off removes it', async () => {
    await on();
    await fs.rm(path.join(world.home, 'machines'), { recursive: true });
    expect(await status()).toMatchObject({ state: 'left' });
    expect(await off()).toMatchObject({ state: 'left' });
    expect(await world.remains()).toEqual([]);
  });

  test('of a machine of another B2D_HOME is left alone, until that machine is gone', async () => {
    const home = path.join(world.folder, 'h');
    await world.makeMachine('default', home);
    await autostartOn({ ...world.surroundings, home }, 'default');
    const before = await world.remains();
    expect(await status()).toMatchObject({ state: 'other', reason: expect.stringContaining(home) });
    await expect(on()).rejects.toMatchObject({ exit: 'failure' });
    expect(await off()).toMatchObject({ state: 'other' });
    expect(await world.remains()).toEqual(before);
    await fs.rm(home, { recursive: true });
    expect(await status()).toMatchObject({ state: 'left', home });
    await dropAutostart(world.surroundings, 'default'); // as "b2d delete": the drive may be back at the next login
    expect(await world.remains()).toEqual(before);
    await on();
    expect(await status()).toMatchObject({ state: 'on' });
  });

  test.each(['something else', ''])('one that b2d did not make (%j) is never touched', async (text) => {
    if (os === 'win32') world.registered.set('b2d-default', text);
    else {
      await fs.mkdir(path.dirname(file()), { recursive: true });
      await fs.writeFile(file(), text);
    }
    expect(await status()).toMatchObject({ state: 'foreign' });
    world.takeCalls();
    await expect(on()).rejects.toMatchObject({ exit: 'failure', message: expect.stringContaining(file()), remedy: [expect.stringContaining('b2d autostart on'), expect.any(String)] });
    expect(await off()).toMatchObject({ state: 'foreign' });
    expect(world.takeCalls().filter((call) => !/print-disabled|powershell/.test(call))).toEqual([]);
    expect(os === 'win32' ? world.registered.get('b2d-default') : await fs.readFile(file(), 'utf8')).toBe(text);
  });

  test('copied to another machine\'s name is not that machine\'s', async () => {
    await world.makeMachine('two');
    await on();
    if (os === 'win32') world.registered.set('b2d-two', world.registered.get('b2d-default')!);
    else await fs.copyFile(file(), file('two'));
    expect(await status('two')).toMatchObject({ state: 'foreign' });
  });

  if (os !== 'win32') {
    test('changed by hand is stale', async () => {
      await on();
      await alter('WantedBy=default.target', 'WantedBy=other.target');
      await alter('<true/>', '<false/>');
      expect(await status()).toMatchObject({ state: 'stale', reason: expect.stringContaining('changed') });
    });

    test('killed while it was written, leaves nothing after off', async () => {
      await fs.mkdir(path.dirname(file()), { recursive: true });
      for (const name of [`${file()}.1846213095`, `${file()}.bak`]) await fs.writeFile(name, '');
      await off();
      expect(await world.remains()).toEqual([`${file()}.bak`]);
    });

    test('half removed by hand, is removed by off', async () => {
      await on();
      await fs.rm(file());
      expect(await off()).toMatchObject({ state: 'off' });
      expect(await world.remains()).toEqual([]);
    });
  }

  test('names variables that are not there at login, and not their values', async () => {
    world.platform.env['https_proxy'] = 'http://me:secret@proxy.example';
    world.platform.env['B2D_DRIVER'] = 'qemu';
    world.platform.env['B2D_HOME'] = world.home;
    const { notes } = await on();
    expect(notes.join('\n')).toContain('B2D_DRIVER, https_proxy.');
    const written = os === 'win32' ? world.registered.get('b2d-default')! : await fs.readFile(file(), 'utf8');
    for (const text of [...notes, written, world.takeCalls().join('\n')]) expect(text).not.toContain('secret');
  });
});
