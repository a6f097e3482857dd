import type { MachineSpec } from '../../../src/drivers/driver.ts';
import { createQemuDriver, type QemuDriverOptions } from '../../../src/drivers/qemu/driver.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { poolOf, testSpec, type TestSpecOptions } from '../machine.ts';

/** A machine of the tiny guest in a folder of its own; `remove` ends its QEMU whatever a test did to it. */
export interface TestMachine {
  spec: MachineSpec;
  driver: ReturnType<typeof createQemuDriver>;
  /** What the driver noted. */
  notes: string[];
  remove(): Promise<void>;
}

export interface TestMachineOptions extends QemuDriverOptions, TestSpecOptions {}

export async function testMachine({ behaviour, awkward, extra, ...options }: TestMachineOptions = {}): Promise<TestMachine> {
  const { spec, removeFolder } = await testSpec('qemu', { ...(behaviour && { behaviour }), ...(awkward && { awkward }), ...(extra && { extra }) });
  const notes: string[] = [];
  const driver = createQemuDriver(hostPlatform(), { note: (text) => notes.push(text), ...options });
  await driver.create(spec);
  return {
    spec,
    driver,
    notes,
    remove: async () => {
      const { pid } = await driver.state(spec);
      if (pid !== undefined) await driver.powerOff(spec);
      await removeFolder();
    },
  };
}

export function machinePool(): ReturnType<typeof poolOf<TestMachine, TestMachineOptions>> {
  return poolOf(testMachine);
}
