import { expect } from '@jest/globals';
import type { KillHome, Traces } from './kill-harness.ts';

/** What is left when everything is deleted. */
export const NOTHING: Traces = { machines: [], media: [], files: [] };

export interface Scenario {
  /** Commands that lead from where the last round ended to where the victim begins. */
  before?: string[][];
  /** The command that is killed, in round n; round 0 is the clean one. */
  victim: (n: number) => string[];
  /** What follows the kill; the victim again unless told. */
  afterwards?: string[];
  /** Exit codes that mean success of what comes last; an `up` ends with 8 (notReady), since the tiny guest has no engine. */
  codes: number[];
  /** Commands after the comparison. */
  tidy?: string[][];
  /** Only these calls, the first of each kind, and VBoxManage is killed too, that many seconds after the call has begun. */
  only?: { calls: RegExp; seconds: (n: number) => number };
}

const FINE: Record<string, number> = { up: 8, restart: 8 };

/**
 * Runs a command to its end, then again and again, killed after the first, the second ... call of VBoxManage that counts until it comes to its end; after each kill
 * what follows must leave VirtualBox and the disk as the clean run did.
 * @returns the calls after which it was killed
 */
export async function killedEverywhere(home: KillHome, { before = [], victim, afterwards, codes, tidy = [], only }: Scenario): Promise<string[]> {
  const run = async (commands: string[][]): Promise<void> => {
    for (const args of commands) expect({ args, ...(await home.b2d(args)) }).toMatchObject({ code: FINE[args[0] as string] ?? 0 });
  };
  await run(before);
  const whole = await home.b2d(victim(0));
  const last = afterwards ? await home.b2d(afterwards) : whole;
  expect({ ...last, fine: codes.includes(last.code) }).toMatchObject({ fine: true });
  const clean = await home.traces();
  await run(tidy);

  const killedAt: string[] = [];
  for (const n of only ? choose(whole.calls, only.calls) : count()) {
    await run(before);
    const { killed, calls } = await home.b2d(victim(n), n, only && String(only.seconds(n)));
    const round = { n, call: calls.at(-1), killed };
    const { code, stderr } = await home.b2d(afterwards ?? victim(n));
    expect({ ...round, code: codes.includes(code) ? 'fine' : code, stderr: codes.includes(code) ? '' : stderr, traces: await home.traces() })
      .toEqual({ ...round, code: 'fine', stderr: '', traces: clean });
    await run(tidy);
    if (killed) killedAt.push(calls.at(-1) as string);
    else if (!only) break;
  }
  return killedAt;
}

/** The numbers of the calls that match, the first of each kind. */
function choose(calls: readonly string[], wanted: RegExp): number[] {
  const kinds = calls.map((call) => wanted.exec(call)?.[0]);
  return kinds.flatMap((kind, index) => (kind !== undefined && kinds.indexOf(kind) === index ? [index + 1] : []));
}

function* count(): Generator<number> {
  for (let n = 1; ; n++) yield n;
}
