import type { Platform } from '../platform/platform.ts';
import type { Driver, DriverName } from './driver.ts';
import { UnsupportedError } from './errors.ts';
import { createQemuDriver } from './qemu/driver.ts';

/** The driver of that name. @throws UnsupportedError for one that this version does not have. */
export function driverFor(platform: Platform, name: DriverName): Driver {
  if (name === 'qemu') return createQemuDriver(platform);
  throw new UnsupportedError(name, 'be used', 'This version of b2d has the QEMU driver only.');
}
