import { afterAll, beforeAll, expect, jest } from '@jest/globals';
import { KillHome, killTest } from '../../support/virtualbox/kill-harness.ts';
import { killedEverywhere } from '../../support/virtualbox/killed-everywhere.ts';

/** A machine that is there goes through what commands do to it, each killed after every call of VBoxManage. The tests build on each other. */
jest.setTimeout(900_000);

let home: KillHome;
beforeAll(async () => {
  home = await KillHome.create('kill-rest');
  expect(await home.b2d(['up', '--iso', home.images[0]])).toMatchObject({ code: 8 });
});
afterAll(() => home.dispose());

const matching = (...calls: string[]) => expect.arrayContaining(calls.map((call) => expect.stringMatching(call)));

killTest('suspend goes on', async () => {
  expect(await killedEverywhere(home, { before: [['up']], victim: () => ['suspend'], codes: [0] })).toEqual(matching('savestate$'));
});

killTest('up of a suspended machine goes on', async () => {
  expect(await killedEverywhere(home, { before: [['suspend']], victim: () => ['up'], codes: [8] })).toEqual(matching('^startvm'));
});

killTest('down goes on', async () => {
  expect(await killedEverywhere(home, { before: [['up']], victim: () => ['down'], codes: [0] })).toEqual(matching('acpipowerbutton$'));
});

killTest('restart with another image goes on', async () => {
  await home.b2d(['up']);
  expect(await killedEverywhere(home, { victim: (n) => ['restart', '--iso', home.images[(n + 1) % 2] as string], codes: [8] })).toEqual(matching('^modifyvm', '^storageattach', '^startvm'));
});
