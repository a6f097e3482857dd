import type { MachineState } from '../drivers/driver.ts';
import { down } from './down.ts';
import { openMachine, type Machine } from './machine.ts';
import { resume } from './start.ts';
import { up, type UpResult } from './up.ts';
import { settledState } from './wait-for-state.ts';
import type { RequestedSettings, Workspace } from './workspace.ts';

/** Shuts the machine down in order and starts it again. */
export async function restart(workspace: Workspace, name: string, settings: RequestedSettings): Promise<UpResult> {
  const machine: Machine = await openMachine(workspace, name);
  await shutDown(workspace, machine, await settledState(machine));
  return up(workspace, name, settings);
}

/** Shuts the machine down in order. A suspended one goes on first: its containers get their signal to stop, which they could not hear. */
export async function shutDown(workspace: Workspace, machine: Machine, state: MachineState): Promise<void> {
  if (state === 'saved') await resume(workspace, machine, 'saved');
  await down(workspace, machine);
}
