import { B2dError, type B2dErrorOptions } from '../../errors.ts';
import { bindFailure } from '../bind-failure.ts';
import type { NatRule } from '../driver.ts';
import { PortTakenError } from '../errors.ts';
import { hostForward } from './arguments.ts';
import { ENDED_WELL } from './process.ts';

/**
 * Why QEMU did not start, as far as b2d acts on it. `already`: another QEMU holds this machine's pid file;
 * `control-port`: the port of the control connection was taken meanwhile (Windows).
 */
export type StartFailure = { kind: 'port' | 'known' | 'other'; error: B2dError } | { kind: 'already' } | { kind: 'control-port' };

/** What QEMU says when it cannot have something, and what that means to the user. */
const KNOWN: readonly { words: RegExp; message: string; options: B2dErrorOptions }[] = [
  {
    words: /Failed to get .*"write" lock|Failed to get shared/,
    message: 'The data disk is in use by another program.',
    options: { exit: 'busy', reason: 'Another QEMU or qemu-img has it open.', remedy: 'End that program, then: b2d up' },
  },
  {
    words: /cannot allocate memory|Cannot set up guest memory|not enough (?:storage|memory)/i,
    message: 'The host has not enough free memory for the machine.',
    options: { exit: 'hypervisorFailed', remedy: 'Give the machine less: b2d config set memory SIZE, or close other programs' },
  },
  {
    words: /TLS credentials support requires GNUTLS/i,
    message: 'This QEMU was built without GnuTLS.',
    options: { exit: 'hypervisorFailed', reason: 'b2d needs it to protect the control connection.', remedy: 'Install the usual build: winget install --id SoftwareFreedomConservancy.QEMU' },
  },
  {
    words: /No space left on device/i,
    message: "The host's disk is full.",
    options: { exit: 'storage', remedy: 'Free some space, then: b2d up' },
  },
];

/** Reads QEMU's own words after a start that failed. */
export async function diagnose(log: readonly string[], rules: readonly NatRule[], how: string): Promise<StartFailure> {
  const text = log.join('\n');
  if (/pid file/i.test(text) && /lock/i.test(text)) return { kind: 'already' };
  const forward = /forwarding rule '([^']+)'/.exec(text)?.[1];
  const rule = forward === undefined ? undefined : rules.find((candidate) => hostForward(candidate) === forward);
  if (rule) return { kind: 'port', error: new PortTakenError(rule, await bindFailure(rule)) };
  if (/-chardev socket,id=control/.test(text) && /address already in use|find an available port|Only one usage/i.test(text)) return { kind: 'control-port' };
  const known = KNOWN.find(({ words }) => words.test(text));
  const details = log.slice(-10);
  if (how === ENDED_WELL) {
    return { kind: 'known', error: new B2dError('The machine switched itself off right after its start.', { exit: 'hypervisorFailed', reason: 'The guest powered off; its console says why.', remedy: 'b2d logs', details }) };
  }
  if (known) return { kind: 'known', error: new B2dError(known.message, { ...known.options, details }) };
  return {
    kind: 'other',
    error: new B2dError('QEMU did not start the machine.', { exit: 'hypervisorFailed', reason: `It ${how}.`, remedy: 'b2d logs', details }),
  };
}
