import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../src/doctor/check.ts';
import { autostartCheck } from '../../../src/doctor/checks/autostart.ts';
import { autostartOn } from '../../../src/machine/autostart.ts';
import { AutostartWorld } from '../../support/autostart.ts';
import { doctorContext } from '../../support/doctor.ts';

describe.each(['darwin', 'linux', 'win32'] as const)('autostart on %s', (os) => {
  let world: AutostartWorld;
  beforeEach(async () => void (world = await AutostartWorld.create(os)));
  afterEach(() => world.dispose());

  const run = async (machine?: string): Promise<Finding[]> => autostartCheck.run(await doctorContext(world.platform, { machine }, { home: world.home, packageRoot: world.packageRoot }));
  const on = (name = 'default') => autostartOn(world.surroundings, name);

  test('of no machine', async () => expect(await run()).toMatchObject([{ status: 'skipped' }]));

  test('as it should be; --machine looks at that one alone', async () => {
    await world.makeMachine('dev');
    await on();
    await on('dev');
    expect(await run()).toMatchObject([{ status: 'ok', machine: 'default' }, { status: 'ok', machine: 'dev' }]);
    expect(await run('dev')).toMatchObject([{ machine: 'dev' }]);
  });

  test('of a b2d that was moved: which command renews it, and nothing is changed', async () => {
    await world.makeMachine('dev');
    await on('dev');
    await fs.rename(world.packageRoot, path.join(world.folder, 'new'));
    world.packageRootName = 'new';
    const before = await world.remains();
    expect(await run()).toMatchObject([{ status: 'warn', machine: 'dev', message: expect.stringContaining('which is not there'), remedy: ['Renew it: b2d autostart on --machine dev'] }]);
    expect(await world.remains()).toEqual(before);
    await on('dev');
    expect(await run()).toMatchObject([{ status: 'ok' }]);
  });

  test('of a machine that is gone', async () => {
    await on();
    await fs.rm(path.join(world.home, 'machines'), { recursive: true });
    expect(await run()).toMatchObject([{ status: 'warn', machine: 'default', remedy: ['b2d autostart off'] }]);
  });

  test('of another B2D_HOME\'s machine is none of its business', async () => {
    const home = path.join(world.folder, 'h');
    await world.makeMachine('default', home);
    await autostartOn({ ...world.surroundings, home }, 'default');
    expect(await run()).toMatchObject([{ status: 'skipped' }]);
  });
});
