import type { Platform } from '../../platform/platform.ts';
import { formatForward, type NatForward, type VirtualBox } from '../../virtualbox/index.ts';
import type { MachineSpec, NatRule } from '../driver.ts';
import { PortTakenError } from '../errors.ts';
import { explained } from './failure.ts';
import { machineLog } from './machine-log.ts';
import { natForward, natRules } from './machine-options.ts';
import { isHeld, requireFree } from './ports.ts';
import { requireRunning } from './require-machine.ts';

/**
 * Adds a rule to the running machine; one that is there already stays, one of the same name with other ports is replaced.
 * @throws PortTakenError when the host port cannot be bound; the rule is not there then.
 */
export async function addForward(platform: Platform, vbox: VirtualBox, spec: MachineSpec, rule: NatRule): Promise<void> {
  await addTo(platform, vbox, spec, (await requireRunning(platform, vbox, spec)).forwards, rule);
}

/** Makes the rules of the running machine exactly these, and has each port bound that can be. @throws PortTakenError for the first that cannot. */
export async function reconcileForwards(platform: Platform, vbox: VirtualBox, spec: MachineSpec, rules: readonly NatRule[]): Promise<void> {
  const info = await requireRunning(platform, vbox, spec);
  const isWanted = (present: NatForward): boolean => rules.some((rule) => isSame(present, rule));
  for (const { name } of info.forwards.filter((present) => !isWanted(present))) await removeForward(vbox, spec, name); // first: two rules may change ports
  const kept = info.forwards.filter(isWanted);
  let taken: unknown;
  for (const rule of rules) {
    await addTo(platform, vbox, spec, kept, rule).catch((error: unknown) => {
      if (!(error instanceof PortTakenError)) throw error;
      taken ??= error;
    });
  }
  if (taken !== undefined) throw taken;
}

/** Removes a rule by name; one that is not there is no error. */
export async function removeForward(vbox: VirtualBox, spec: MachineSpec, name: string): Promise<void> {
  await explained(`The NAT rule "${name}" of "${spec.name}" could not be removed.`, () => vbox.deleteForward(spec.uuid, name, { live: true }));
}

/** The rules in force: those whose host port VirtualBox has. */
export async function listForwards(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<NatRule[]> {
  const log = await machineLog(platform, spec);
  const held: NatRule[] = [];
  for (const rule of natRules(await requireRunning(platform, vbox, spec))) if (await isHeld(rule, log)) held.push(rule);
  return held;
}

async function addTo(platform: Platform, vbox: VirtualBox, spec: MachineSpec, present: readonly NatForward[], rule: NatRule): Promise<void> {
  const log = await machineLog(platform, spec);
  const same = present.find(({ name }) => name === rule.name);
  if (same && isSame(same, rule) && (await isHeld(rule, log))) return;
  if (same) await removeForward(vbox, spec, rule.name);
  await requireFree([rule]);
  await explained(`The NAT rule "${rule.name}" of "${spec.name}" could not be added.`, () => vbox.addForward(spec.uuid, natForward(rule), { live: true }));
  if (await isHeld(rule, log)) return;
  await removeForward(vbox, spec, rule.name);
  throw new PortTakenError(rule);
}

function isSame(present: NatForward, rule: NatRule): boolean {
  return formatForward(present) === formatForward(natForward(rule));
}
