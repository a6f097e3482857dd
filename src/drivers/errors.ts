import { B2dError } from '../errors.ts';
import type { DriverName, NatRule } from './driver.ts';

/** A capability this hypervisor does not have. */
export class UnsupportedError extends B2dError {
  override readonly name = 'UnsupportedError';

  constructor(driver: DriverName, what: string, reason: string, remedy: string[] = []) {
    super(`The ${driver} driver cannot ${what}.`, { exit: 'unsupported', reason, remedy });
  }
}

/** A host port of a NAT rule is in use by another program. The machine chooses another and tries again. */
export class PortTakenError extends B2dError {
  override readonly name = 'PortTakenError';
  readonly rule: NatRule;

  constructor(rule: NatRule, cause?: unknown) {
    super(`Port ${rule.hostPort} on ${rule.hostAddress} is in use by another program.`, {
      exit: 'portTaken',
      reason: `b2d needs it for the NAT rule "${rule.name}" (guest port ${rule.guestPort}).`,
      remedy: 'Stop the other program, or let b2d choose another port: b2d restart',
      cause,
    });
    this.rule = rule;
  }
}

/** The data disk cannot grow as long as the machine is on, or has snapshots. */
export class CannotGrowYetError extends B2dError {
  override readonly name = 'CannotGrowYetError';
  readonly until: 'off' | 'no-snapshots';

  constructor(machine: string, until: 'off' | 'no-snapshots', reason: string) {
    super(`The data disk of "${machine}" cannot grow while the machine ${until === 'off' ? 'is on' : 'has snapshots'}.`, {
      exit: 'busy', reason, remedy: until === 'off' ? 'b2d down' : 'b2d snapshot list, then delete them: b2d snapshot delete NAME',
    });
    this.until = until;
  }
}

/** A suspended machine cannot go on: another version of the hypervisor saved it, or its file is damaged or gone. */
export class SavedStateError extends B2dError {
  override readonly name = 'SavedStateError';

  constructor(machine: string, reason: string, cause?: unknown) {
    super(`"${machine}" cannot go on from its saved state.`, {
      exit: 'hypervisorFailed',
      reason,
      remedy: [
        'Go back to the version of the hypervisor that suspended it, then run: b2d up',
        'Or boot it anew, as after a power cut (its disk is kept): b2d up --discard-state',
      ],
      cause,
    });
  }
}
