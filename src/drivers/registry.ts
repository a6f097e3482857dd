import type { Platform } from '../platform/platform.ts';
import type { Driver, DriverName } from './driver.ts';
import { UnsupportedError } from './errors.ts';
import { createQemuDriver } from './qemu/driver.ts';

export interface DriverOptions {
  /** The user's driver settings for new machines, by `driver.name`: where a hypervisor is, for example. */
  settings: Readonly<Record<string, string>>;
  /** Told what the user should know though it is no error. */
  note: (text: string) => void;
}

/** The driver of that name. @throws UnsupportedError for one that this version does not have. */
export function driverFor(platform: Platform, name: DriverName, options: DriverOptions): Driver {
  if (name === 'qemu') return createQemuDriver(platform, options);
  throw new UnsupportedError(name, 'be used', 'This version of b2d has the QEMU driver only.');
}
