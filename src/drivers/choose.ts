import { B2dError } from '../errors.ts';
import type { Driver, DriverName } from './driver.ts';

/** Tried in this order when the user leaves the choice to b2d. */
const PREFERENCE: readonly DriverName[] = ['qemu'];

/**
 * The driver for a new machine: the one asked for when it is usable, else the first usable one.
 * @throws B2dError (hypervisorMissing) with each driver's reason.
 */
export async function chooseDriver(driver: (name: DriverName) => Driver, wanted: DriverName | 'auto'): Promise<DriverName> {
  const candidates = wanted === 'auto' ? PREFERENCE : [wanted];
  const reasons: string[] = [];
  const remedies: string[] = [];
  for (const name of candidates) {
    const preflight = await driver(name).preflight();
    if (preflight.usable) return name;
    reasons.push(`${name}: ${preflight.reason ?? 'not usable'}`);
    if (preflight.remedy) remedies.push(preflight.remedy);
  }
  throw new B2dError(wanted === 'auto' ? 'No usable hypervisor was found.' : `The ${wanted} driver is not usable here.`, {
    exit: 'hypervisorMissing', reason: reasons.join(' '), remedy: remedies,
  });
}
