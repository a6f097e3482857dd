import { setTimeout as sleep } from 'node:timers/promises';
import type { NatRule } from '../driver.ts';
import { bindFailure } from '../bind-failure.ts';
import { PortTakenError } from '../errors.ts';
import { logSince, tellsPort, tellsRefusedPort } from './log.ts';

/** How long VirtualBox may take to bind a port; its log tells when it did, so this is only waited for by one that words it otherwise. */
const BIND_MS = 1_500;
const POLL_MS = 25;

/** @throws PortTakenError for a rule whose host port another program has. */
export async function requireFree(rules: readonly NatRule[]): Promise<void> {
  for (const rule of rules) {
    const failure = await bindFailure(rule);
    if (failure) throw new PortTakenError(rule, failure);
  }
}

/**
 * Whether VirtualBox has the rule's host port. A port that it could not bind is no error to it: only its log tells. And a port that b2d can
 * bind itself is not held by VirtualBox, whatever the log says.
 * @param log what VirtualBox wrote since it was told the rule
 */
export async function isHeld(rule: NatRule, log: string): Promise<boolean> {
  return !tellsRefusedPort(log, rule) && (await bindFailure(rule)) !== undefined;
}

/** The log since that length, once it tells of the rule: a running machine binds a port a moment after it was told. */
export async function logOfRule(log: string, length: number, rule: NatRule): Promise<string> {
  for (const deadline = Date.now() + BIND_MS; ; await sleep(POLL_MS)) {
    const text = await logSince(log, length);
    if (tellsPort(text, rule) || Date.now() >= deadline) return text;
  }
}
