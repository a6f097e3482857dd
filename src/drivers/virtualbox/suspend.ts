import type { Platform } from '../../platform/platform.ts';
import type { VirtualBox } from '../../virtualbox/index.ts';
import type { MachineSpec } from '../driver.ts';
import { explained } from './failure.ts';
import { requireMachine, requireRunning } from './require-machine.ts';
import { describeState } from './state.ts';

/** Suspends the machine to disk; nothing to do where it is suspended. @throws B2dError (machineNotRunning) where it is off. */
export async function suspend(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<void> {
  if (describeState(await requireMachine(platform, vbox, spec)).state === 'saved') return;
  await requireRunning(platform, vbox, spec);
  await explained(`"${spec.name}" could not be suspended.`, () => vbox.saveState(spec.uuid));
}
