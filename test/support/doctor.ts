import { openDoctorContext, type DoctorContext, type DoctorOptions } from '../../src/doctor/context.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { FakeDriver } from './fake-driver.ts';

/** What checks look at, on the given platform, with a fake driver and no VirtualBox unless told. */
export async function doctorContext(platform: Platform, options: DoctorOptions = {}, overrides: Partial<DoctorContext> = {}): Promise<DoctorContext> {
  const driver = new FakeDriver();
  const context = await openDoctorContext(platform, { driver: () => driver, ...options });
  return { ...context, findVirtualBox: async () => ({ missing: 'VirtualBox is not installed.', looked: [] }), ...overrides };
}
