import { afterAll, beforeAll, expect, jest } from '@jest/globals';
import { KillHome, killTest } from '../../support/virtualbox/kill-harness.ts';
import { killedEverywhere } from '../../support/virtualbox/killed-everywhere.ts';

/** Snapshots of a machine that is there, each command killed after every call of VBoxManage. The tests build on each other. */
jest.setTimeout(900_000);

let home: KillHome;
beforeAll(async () => {
  home = await KillHome.create('kill-snapshots');
  expect(await home.b2d(['up', '--iso', home.images[0]])).toMatchObject({ code: 8 });
  expect(await home.b2d(['down'])).toMatchObject({ code: 0 });
});
afterAll(() => home.dispose());

/** 2: what was killed had done it already, so that the name is taken, or gone. */
const DONE = [0, 2];
const save = ['snapshot', 'save', 'one'];
const restore = ['snapshot', 'restore', 'one', '--yes'];
const remove = ['snapshot', 'delete', 'one', '--yes'];
const matching = (verb: string) => expect.arrayContaining([expect.stringMatching(new RegExp(`^snapshot .* ${verb} `))]);

killTest('save is done or not', async () => {
  expect(await killedEverywhere(home, { victim: () => save, codes: DONE, tidy: [remove] })).toEqual(matching('take'));
});

killTest('restore is done by the next call', async () => {
  expect(await killedEverywhere(home, { before: [save], victim: () => restore, codes: [0], tidy: [remove] })).toEqual(matching('restore'));
});

killTest('delete is done or not', async () => {
  expect(await killedEverywhere(home, { before: [save], victim: () => remove, codes: DONE })).toEqual(matching('delete'));
});

killTest('save of a running machine, cut off while its memory is written, leaves it running', async () => {
  expect(await home.b2d(['up'])).toMatchObject({ code: 8 });
  expect(await killedEverywhere(home, { victim: () => save, codes: DONE, tidy: [remove], only: { calls: /^snapshot .* take/, seconds: () => 0.3 } })).toEqual(matching('take'));
  expect(await home.b2d(['status'])).toMatchObject({ stdout: expect.stringMatching(/^running\n/) });
});
