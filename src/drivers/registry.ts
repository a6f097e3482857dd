import type { Platform } from '../platform/platform.ts';
import type { Driver, DriverName } from './driver.ts';
import { createQemuDriver } from './qemu/driver.ts';
import { parseSettings as parseQemuSettings } from './qemu/settings.ts';
import { createVirtualBoxDriver } from './virtualbox/driver.ts';
import { parseSettings as parseVirtualBoxSettings } from './virtualbox/settings.ts';

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

/** Checks the user's settings of that driver; those of others play no part. @throws B2dError (usage) naming the wrong one. */
export function checkDriverSettings(name: DriverName, extra: Readonly<Record<string, string>>): void {
  if (name === 'qemu') parseQemuSettings(extra);
  else parseVirtualBoxSettings(extra);
}
