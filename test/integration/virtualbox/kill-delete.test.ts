import { afterAll, beforeAll, expect, jest } from '@jest/globals';
import { KillHome, killTest } from '../../support/virtualbox/kill-harness.ts';
import { killedEverywhere, NOTHING } from '../../support/virtualbox/killed-everywhere.ts';

/** What a killed b2d left is deleted without a trace, also by a delete that is killed itself. */
jest.setTimeout(900_000);

let home: KillHome;
beforeAll(async () => { home = await KillHome.create('kill-delete'); });
afterAll(() => home.dispose());

const init = () => ['init', '--iso', home.images[0]];
const up = () => ['up', '--iso', home.images[0]];

killTest('init, killed anywhere, is finished by the next init', async () => {
  const killedAt = await killedEverywhere(home, { victim: init, codes: [0], tidy: [['delete', '--yes']] });
  expect(killedAt).toContainEqual('list hostinfo');
  expect(await home.traces()).toEqual(NOTHING);
});

killTest('up, killed anywhere, is undone by delete', async () => {
  const killedAt = await killedEverywhere(home, { victim: up, afterwards: ['delete', '--yes'], codes: [0, 3] });
  expect(killedAt).toContainEqual(expect.stringMatching(/^startvm/));
  expect(await home.traces()).toEqual(NOTHING);
});

killTest('delete of a running machine, killed anywhere, is finished by the next delete', async () => {
  const killedAt = await killedEverywhere(home, { before: [up()], victim: () => ['delete', '--yes'], codes: [0, 3] });
  for (const call of ['controlvm', 'unregistervm', 'closemedium']) expect(killedAt).toContainEqual(expect.stringMatching(new RegExp(`^${call}`)));
  expect(await home.traces()).toEqual(NOTHING);
});
