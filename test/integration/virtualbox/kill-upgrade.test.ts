import { afterAll, beforeAll, expect, jest } from '@jest/globals';
import { KillHome, killTest } from '../../support/virtualbox/kill-harness.ts';
import { killedEverywhere } from '../../support/virtualbox/killed-everywhere.ts';

/** The tiny guest has no engine: an upgrade to it fails its trial and goes back to the image before, which is the longest way that an upgrade can go. */
jest.setTimeout(2_700_000);

let home: KillHome;
beforeAll(async () => {
  home = await KillHome.create('kill-upgrade');
  expect(await home.b2d(['up', '--iso', home.images[0]])).toMatchObject({ code: 8 });
});
afterAll(() => home.dispose());

killTest('after an upgrade that is killed, the next up brings the machine with its old image', async () => {
  const image = async (): Promise<unknown> => (JSON.parse((await home.b2d(['info', '--json'])).stdout) as { image: unknown }).image;
  const before = await image();
  const killedAt = await killedEverywhere(home, { victim: () => ['upgrade', '--yes', '--iso', home.images[1]], afterwards: ['up'], codes: [8] });
  expect(killedAt.filter((call) => /^(modifyvm|storageattach|closemedium|startvm)/.test(call)).map((call) => call.split(' ')[0]))
    .toEqual(['modifyvm', 'storageattach', 'closemedium', 'startvm', 'modifyvm', 'storageattach', 'closemedium', 'startvm']);
  expect(await image()).toEqual(before);
});
