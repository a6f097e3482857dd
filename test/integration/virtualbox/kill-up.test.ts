import { afterAll, beforeAll, expect, jest } from '@jest/globals';
import { KillHome, killTest } from '../../support/virtualbox/kill-harness.ts';
import { killedEverywhere, NOTHING } from '../../support/virtualbox/killed-everywhere.ts';

/** b2d is ended by kill -9 after each call of VBoxManage in turn, on its way from nothing to a running machine. */
jest.setTimeout(900_000);

let home: KillHome;
beforeAll(async () => { home = await KillHome.create('kill-up'); });
afterAll(() => home.dispose());

killTest('up, killed anywhere, is finished by the next up, and delete leaves nothing', async () => {
  const killedAt = await killedEverywhere(home, { victim: () => ['up', '--iso', home.images[0]], codes: [8], tidy: [['delete', '--yes']] });
  for (const call of ['list hostinfo', 'createmedium', 'createvm', 'setextradata', 'modifyvm', 'storagectl', 'storageattach', 'startvm']) {
    expect(killedAt).toContainEqual(expect.stringMatching(new RegExp(`^${call}`)));
  }
});

killTest('up, killed together with VBoxManage in the midst of a call, is finished by the next up', async () => {
  const calls = /^(createmedium|closemedium|createvm|setextradata|modifyvm|storagectl|storageattach|startvm)/;
  const seconds = (n: number) => (n % 2 === 0 ? 0.02 : 0.1); // a call takes about 0.1 s
  const killedAt = await killedEverywhere(home, { victim: () => ['up', '--iso', home.images[0]], codes: [8], tidy: [['delete', '--yes']], only: { calls, seconds } });
  expect(killedAt.length).toBeGreaterThan(5);
  expect(await home.traces()).toEqual(NOTHING);
});
