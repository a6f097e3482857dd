import { setTimeout as pause } from 'node:timers/promises';
import { checkedAddress, shownAddress } from './address.ts';
import { trustedAuthorities } from './certificates.ts';
import { gaveUp } from './errors.ts';
import { Meter } from './meter.ts';
import { DEFAULT_PATIENCE, type Clock, type DownloadOptions, type Patience } from './options.ts';
import { Partial, type Known } from './partial.ts';

/** A download under way: what was asked for, worked out. */
export interface Job {
  options: DownloadOptions;
  url: URL;
  /** The address for messages and files: without a password. */
  shown: string;
  wanted: Known;
  partial: Partial;
  patience: Patience;
  clock: Clock;
  meter: Meter;
  /** Certificate authorities for an address; undefined for plain http. */
  trust(url: URL): Promise<string[] | undefined>;
  /** Counts time against the deadline. @throws B2dError (network) when it is over */
  spend(ms: number): void;
}

const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => pause(ms, undefined, signal && { signal }),
  random: Math.random,
};

/** @throws B2dError (usage) for an address or setting that cannot be used, (storage) for a folder */
export async function openJob(options: DownloadOptions): Promise<Job> {
  const url = checkedAddress(options.url, options);
  const shown = shownAddress(url);
  const clock = { ...systemClock, ...options.clock };
  const patience = { ...DEFAULT_PATIENCE, ...options.patience };
  const wanted = { url: shown, sha256: options.sha256 };
  const partial = await Partial.open(options.partial, wanted);
  let spent = 0;
  let authorities: Promise<string[]> | undefined;
  return {
    options, url, shown, wanted, partial, patience, clock,
    trust: async (to) => (to.protocol === 'https:' ? (authorities ??= trustedAuthorities(options.ca)) : undefined), // reading the system's takes time
    meter: new Meter((transfer) => options.onProgress?.(transfer), clock.now),
    spend(ms) {
      spent += ms;
      if (spent > patience.deadlineMs) throw gaveUp(shown, `It took more than ${patience.deadlineMs / 60_000} minutes.`, partial.size);
    },
  };
}
