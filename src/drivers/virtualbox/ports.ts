import { setTimeout as sleep } from 'node:timers/promises';
import type { NatRule } from '../driver.ts';
import { bindFailure } from '../bind-failure.ts';
import { PortTakenError } from '../errors.ts';
import { logTail, tellsRefusal } from './log.ts';

/** How long VirtualBox may take to bind a port: it needs a millisecond, but the computer may be busy. */
const BIND_MS = 1_000;
const POLL_MS = 50;

/** @throws PortTakenError for a rule whose host port another program has. */
export async function requireFree(rules: readonly NatRule[]): Promise<void> {
  for (const rule of rules) {
    const failure = await bindFailure(rule);
    if (failure) throw new PortTakenError(rule, failure);
  }
}

/**
 * Whether VirtualBox has the rule's host port, or gets it in a moment, as a running machine does. A port that it could not bind is no error to
 * it: only its log tells. And a port that b2d can bind itself is not held by VirtualBox, whatever the log says.
 */
export async function isHeld(rule: NatRule, log: string): Promise<boolean> {
  for (const deadline = Date.now() + BIND_MS; ; await sleep(POLL_MS)) {
    const bound = (await bindFailure(rule)) !== undefined;
    if (bound && !tellsRefusal(await logTail(log), rule)) return true;
    if (Date.now() >= deadline) return false;
  }
}
