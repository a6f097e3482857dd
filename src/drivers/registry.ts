import type { Platform } from '../platform/platform.ts';
import type { Driver, DriverName } from './driver.ts';
import { createQemuDriver } from './qemu/driver.ts';
import { createVirtualBoxDriver } from './virtualbox/driver.ts';

export interface DriverOptions {
  /** The user's driver settings for new machines, by `driver.name`: where a hypervisor is, for example. */
  settings: Readonly<Record<string, string>>;
  /** Told what the user should know though it is no error. */
  note: (text: string) => void;
}

/** The driver of that name. */
export function driverFor(platform: Platform, name: DriverName, options: DriverOptions): Driver {
  return name === 'qemu' ? createQemuDriver(platform, options) : createVirtualBoxDriver(platform, options);
}
