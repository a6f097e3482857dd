import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { NatRule } from '../drivers/driver.ts';
import { followEvents } from '../engine/events.ts';
import { messageOf } from '../errors.ts';
import { createBell, type Bell } from '../ports/bell.ts';
import { listPublished } from '../ports/list.ts';
import { planPorts, rulesOf, type Bind } from '../ports/plan.ts';
import { Reconciler } from '../ports/reconcile.ts';
import type { ForwarderState } from '../ports/state.ts';
import { engineEndpoint, machineOf, type Machine } from './machine.ts';
import { machinePaths } from './paths.ts';
import { readRecord } from './record.ts';
import { isAtRest } from './wait-for-state.ts';
import type { Workspace } from './workspace.ts';

export interface FollowOptions {
  workspace: Pick<Workspace, 'platform' | 'home' | 'driver'>;
  name: string;
  /** The machine's own: one that was deleted and made anew under the same name has another. */
  uuid: string;
  bind: Bind;
  log(text: string): void;
  /** Told whenever something changes of what others may know. */
  report(news: Pick<ForwarderState, 'trouble' | 'failures'>): Promise<void>;
  /** Ends it, for tests. */
  signal?: AbortSignal;
  /** Milliseconds since the epoch. */
  now?: () => number;
  timing?: Partial<typeof TIMING>;
}

const TIMING = {
  /** The net against events that were missed. */
  resyncMs: 30_000,
  /** How often the clock is looked at: one that went on by much more than was waited for tells that the computer slept. */
  tickMs: 5_000,
  /** A guest that makes events without end takes no more of this computer than a few questions a second. */
  gapMs: 200,
  firstRetryMs: 100,
  lastRetryMs: 10_000,
};

/** What changes published ports. */
const FILTERS = { type: ['container', 'network', 'service'], event: ['start', 'die', 'connect', 'disconnect', 'rename', 'create', 'update', 'remove'] };

/**
 * Keeps the machine's NAT rules to what its containers publish, for as long as the machine runs: asks for the published ports whenever the engine tells that something
 * happened, makes the rules by their difference, and comes back by itself when the engine was away or the computer slept.
 * @returns why it ended, as a sentence.
 */
export async function followPorts(options: FollowOptions): Promise<string> {
  const timing = { ...TIMING, ...options.timing };
  let troubled: string | null = null;
  for (let retryMs = timing.firstRetryMs; !options.signal?.aborted; retryMs = Math.min(2 * retryMs, timing.lastRetryMs)) {
    const machine = await openSame(options);
    if (machine === undefined) return 'The machine is gone.';
    const trouble = await followOnce(options, timing, machine, () => {
      retryMs = timing.firstRetryMs;
      troubled = null;
    }).then(() => undefined, messageOf);
    const { state, detail } = await machine.driver.state(machine.spec);
    if (isAtRest(state)) return `The machine is ${state}.${detail === undefined ? '' : ` ${detail}`}`;
    if (trouble !== undefined && trouble !== troubled) {
      options.log(`does not follow the engine: ${trouble}`);
      await options.report({ trouble, failures: {} });
      troubled = trouble;
    }
    await sleep(retryMs, undefined, options.signal && { signal: options.signal }).catch(() => undefined);
  }
  return 'It was told to end.';
}

/** The machine as its record is now: the engine's port may have changed. */
async function openSame({ workspace, name, uuid }: FollowOptions): Promise<Machine | undefined> {
  const record = await readRecord(machinePaths(workspace.platform, workspace.home, name).record);
  return record?.uuid === uuid ? machineOf(workspace, record) : undefined;
}

/** Follows one event stream to its end, or until it can be trusted no longer. @throws when the engine or the hypervisor does not answer */
async function followOnce(options: FollowOptions, timing: typeof TIMING, machine: Machine, onFollowing: () => void): Promise<void> {
  const { bind, log, now = Date.now, signal } = options;
  const { driver, spec, record } = machine;
  const endpoint = engineEndpoint(machine);
  const reconciler = new Reconciler({ list: () => driver.forwards(spec), add: (rule) => driver.forward(spec, rule), remove: (name) => driver.unforward(spec, name) }, { now, log });
  const bell = createBell();
  const stream = await followEvents(endpoint, FILTERS, bell.ring);
  void stream.ended.then(bell.close);
  signal?.addEventListener('abort', bell.close, { once: true });
  let reported: unknown;
  let wanted: NatRule[] | undefined;
  try {
    for (let unasked = false; ; ) {
      bell.hush();
      const before = wanted;
      wanted = rulesOf(planPorts(await listPublished(endpoint), { bind, own: Object.values(record.ports) }));
      await reconciler.apply(wanted);
      onFollowing();
      const news = { trouble: null, failures: Object.fromEntries(reconciler.failures.map(({ rule, reason }) => [rule.name, reason])) };
      if (!isDeepStrictEqual(news, reported)) await options.report(news);
      if (reported === undefined) log('follows the engine');
      reported = news;
      if (unasked && !isDeepStrictEqual(wanted, before)) return log('missed an event: asks for them anew');
      await sleep(timing.gapMs);
      const why = await nextReason(bell, Math.min(now() + timing.resyncMs, reconciler.retryAt ?? Infinity), now, timing.tickMs);
      if (why === 'closed') return;
      if (why === 'clock') return log('the clock was set, or the computer slept: begins anew');
      unasked = why === 'due';
    }
  } finally {
    signal?.removeEventListener('abort', bell.close);
    stream.close();
  }
}

/** Waits for an event (`rung`), the stream's end (`closed`), the time `due`, or a clock that goes on by itself. */
async function nextReason(bell: Bell, due: number, now: () => number, tickMs: number): Promise<'rung' | 'closed' | 'due' | 'clock'> {
  for (;;) {
    const before = now();
    const waitMs = Math.max(0, Math.min(tickMs, due - before));
    const heard = await bell.wait(waitMs);
    if (heard !== undefined) return heard;
    if (Math.abs(now() - before - waitMs) > tickMs) return 'clock';
    if (now() >= due) return 'due';
  }
}
