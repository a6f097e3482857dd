import type { MachineState } from '../drivers/driver.ts';
import type { Machine } from './machine.ts';
import { endForwarder } from './port-forwarder.ts';
import { isAtRest, pressUntilAtRest, settledState } from './wait-for-state.ts';
import type { Workspace } from './workspace.ts';

export interface RestResult {
  /** Whether this call brought it to rest; false where it was already. */
  acted: boolean;
  /** What it is now. */
  state: MachineState;
}

/**
 * Shuts the machine down in order. A machine at rest stays as it is: a suspended one keeps its state.
 * @throws B2dError (hypervisorFailed) when the hypervisor does not tell its state, or it does not go off in time.
 */
export async function down(workspace: Workspace, machine: Machine): Promise<RestResult> {
  const state = await settledState(machine);
  if (isAtRest(state)) return { acted: false, state };
  return workspace.progress.step('Shutting down', async () => {
    if (state === 'paused') await machine.driver.start(machine.spec, []); // a paused guest cannot hear the button
    const rest = await pressUntilAtRest(machine);
    await endForwarder(workspace, machine);
    return { acted: true, state: rest };
  });
}
