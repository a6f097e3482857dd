import type { NatRule } from '../drivers/driver.ts';
import { PortTakenError, UnsupportedError } from '../drivers/errors.ts';
import { codeOf, messageOf } from '../errors.ts';
import { isPortRule } from './plan.ts';

/** The NAT rules of one running machine. */
export interface Forwards {
  list(): Promise<NatRule[]>;
  /** @throws PortTakenError */
  add(rule: NatRule): Promise<void>;
  remove(name: string): Promise<void>;
}

/** A rule that could not be had. */
export interface Failure {
  rule: NatRule;
  /** One sentence for the user. */
  reason: string;
  /** Milliseconds since the epoch: when it is tried again. */
  retryAt: number;
  waitMs: number;
}

/** A port is tried again soon, because a program that is just ending frees it, and then more and more rarely. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;

/** Makes a machine's port rules those that are wanted, by their difference from those in force, and remembers which could not be had. Rules of other names are nobody's business here. */
export class Reconciler {
  readonly #forwards: Forwards;
  readonly #now: () => number;
  readonly #log: (text: string) => void;
  #failures = new Map<string, Failure>();

  constructor(forwards: Forwards, { now = Date.now, log = () => undefined }: { now?: () => number; log?: (text: string) => void } = {}) {
    this.#forwards = forwards;
    this.#now = now;
    this.#log = log;
  }

  get failures(): Failure[] {
    return [...this.#failures.values()];
  }

  /** When the next failed rule is due, or undefined. */
  get retryAt(): number | undefined {
    return this.#failures.size === 0 ? undefined : Math.min(...this.failures.map((failure) => failure.retryAt));
  }

  /** Rules that go make room first: two containers may have changed ports. @throws the driver's errors, but not that a port is taken. */
  async apply(wanted: readonly NatRule[]): Promise<void> {
    const present = (await this.#forwards.list()).filter(isPortRule);
    const missing = wanted.filter((rule) => !present.some((other) => isSameRule(other, rule)));
    for (const rule of present.filter((other) => !wanted.some((wish) => isSameRule(other, wish)))) {
      await this.#forwards.remove(rule.name);
      this.#log(`closed ${describeRule(rule)}`);
    }
    this.#failures = new Map(missing.flatMap((rule) => {
      const failure = this.#failures.get(rule.name);
      return failure && isSameRule(failure.rule, rule) ? [[rule.name, failure]] : [];
    }));
    for (const rule of missing) if ((this.#failures.get(rule.name)?.retryAt ?? 0) <= this.#now()) await this.#add(rule);
  }

  async #add(rule: NatRule): Promise<void> {
    const before = this.#failures.get(rule.name);
    try {
      await this.#forwards.add(rule);
      this.#failures.delete(rule.name);
      this.#log(`opened ${describeRule(rule)}`);
    } catch (error) {
      if (!(error instanceof PortTakenError || error instanceof UnsupportedError)) throw error;
      const reason = explain(rule, error);
      const waitMs = Math.min(LAST_RETRY_MS, before === undefined ? FIRST_RETRY_MS : 2 * before.waitMs);
      this.#failures.set(rule.name, { rule, reason, waitMs, retryAt: this.#now() + waitMs });
      if (before?.reason !== reason) this.#log(`cannot open ${describeRule(rule)}: ${reason}`);
    }
  }
}

export function isSameRule(a: NatRule, b: NatRule): boolean {
  return a.name === b.name && a.protocol === b.protocol && a.hostAddress === b.hostAddress && a.hostPort === b.hostPort && a.guestPort === b.guestPort;
}

function describeRule({ protocol, hostAddress, hostPort }: NatRule): string {
  return `${hostAddress}:${hostPort}/${protocol}`;
}

/** Why the operating system refuses the port: the hypervisor says no more than that it does. */
function explain({ hostAddress, hostPort }: NatRule, error: PortTakenError | UnsupportedError): string {
  if (error instanceof UnsupportedError) return messageOf(error);
  const code = codeOf(error.cause);
  if (code === 'EACCES' && hostPort < 1024) return `The operating system lets only administrators open port ${hostPort} on ${hostAddress}.`;
  if (code === 'EACCES') return `The operating system keeps port ${hostPort} for itself.`;
  return `Another program uses port ${hostPort} of this computer.`;
}
