import { B2dError } from '../errors.ts';
import type { Driver, DriverName, Preflight } from './driver.ts';

/** Tried in this order when the user leaves the choice to b2d: the hypervisor the product is for, then the one that runs anywhere. */
const PREFERENCE: readonly DriverName[] = ['virtualbox', 'qemu'];

/** What was found out about each driver, in the order they were asked, and the one to use. */
export interface DriverChoice {
  chosen?: DriverName;
  considered: ({ name: DriverName } & Preflight)[];
}

/** Asks each driver whether it is usable; the first that is would be chosen, the others are asked too. Never throws for a missing hypervisor. */
export async function explainDriverChoice(driver: (name: DriverName) => Driver, wanted: DriverName | 'auto'): Promise<DriverChoice> {
  const considered = [];
  for (const name of PREFERENCE) considered.push({ name, ...(await driver(name).preflight()) });
  const chosen = considered.find(({ name, usable }) => usable && (wanted === 'auto' || name === wanted))?.name;
  return { ...(chosen && { chosen }), considered };
}

/**
 * The driver for a new machine: the one asked for when it is usable, else the first usable one.
 * @param note told why, for `--debug`.
 * @throws B2dError (hypervisorMissing) with each driver's reason.
 */
export async function chooseDriver(driver: (name: DriverName) => Driver, wanted: DriverName | 'auto', note: (text: string) => void = () => undefined): Promise<DriverName> {
  const candidates = wanted === 'auto' ? PREFERENCE : [wanted];
  const reasons: string[] = [];
  const remedies: string[] = [];
  for (const name of candidates) {
    const preflight = await driver(name).preflight();
    note(`driver ${name}: ${preflight.usable ? 'usable' : 'not usable'}${preflight.version ? `, version ${preflight.version}` : ''}${preflight.reason ? `: ${preflight.reason}` : ''}`);
    if (preflight.usable) return name;
    reasons.push(`${name}: ${preflight.reason ?? 'not usable'}`);
    if (preflight.remedy) remedies.push(preflight.remedy);
  }
  throw new B2dError(wanted === 'auto' ? 'No usable hypervisor was found.' : `The ${wanted} driver is not usable here.`, {
    exit: 'hypervisorMissing', reason: reasons.join(' '), remedy: remedies,
  });
}
