import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { KillHome, type Traces } from '../../support/virtualbox/kill-harness.ts';

/**
 * b2d is ended by kill -9 after each call of VBoxManage in turn; the next call finishes or undoes what it left. The tiny guest has no engine, so `up` ends with
 * exit code 8 (notReady) when all went well.
 */
jest.setTimeout(900_000);

let home: KillHome;
beforeAll(async () => { home = await KillHome.create('kill-up'); });
afterAll(() => home.dispose());

const NOTHING: Traces = { machines: [], media: [], files: [] };
const init = () => ['init', '--iso', home.images[0]];
const must = async (args: string[], code = 0) => {
  const result = await home.b2d(args);
  expect({ args, ...result }).toMatchObject({ code });
};

/** Runs these one after the other with the last one killed at call n, for every n; then it again, alone. */
async function killedEverywhere(before: string[][], victim: string[], code: number): Promise<void> {
  const prepare = async () => { for (const args of before) await must(args, args[0] === 'up' ? 8 : 0); };
  const isDelete = victim[0] === 'delete';
  await prepare();
  await must(victim, code);
  const clean = await home.traces();
  if (!isDelete) await must(['delete', '--yes']);
  expect(await home.traces()).toEqual(NOTHING);
  for (let n = 1; ; n++) {
    await prepare();
    const { killed, call } = await home.b2d(victim, n);
    const again = killed ? await home.b2d(victim) : undefined;
    const told = { n, call, traces: await home.traces() };
    expect(told).toEqual({ n, call, traces: clean });
    if (again) expect({ ...again, n, call }).toMatchObject({ code: isDelete && again.code === 3 ? 3 : code });
    if (!isDelete) await must(['delete', '--yes']);
    expect({ n, call, traces: await home.traces() }).toEqual({ n, call, traces: NOTHING });
    if (!killed) return expect(n).toBeGreaterThan(1);
  }
}

describe('killed after any call of VBoxManage', () => {
  test('init goes on', () => killedEverywhere([], init(), 0));
  test('up goes on', () => killedEverywhere([init()], ['up'], 8));
  test('delete of a running machine goes on', () => killedEverywhere([init(), ['up']], ['delete', '--yes'], 0));
});
