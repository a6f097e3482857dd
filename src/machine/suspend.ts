import type { RestResult } from './down.ts';
import type { Machine } from './machine.ts';
import { endForwarder } from './port-forwarder.ts';
import { isAtRest, settledState } from './wait-for-state.ts';
import type { Workspace } from './workspace.ts';

/**
 * Suspends the machine to disk: containers go on where they were at the next `up`. A machine at rest stays as it is.
 * Killed meanwhile, the hypervisor goes on; the next call waits for it.
 * @throws UnsupportedError where the driver cannot; B2dError (hypervisorFailed).
 */
export async function suspend(workspace: Workspace, machine: Machine): Promise<RestResult> {
  const state = await settledState(machine);
  if (isAtRest(state)) return { acted: false, state };
  return workspace.progress.step('Suspending', async () => {
    await machine.driver.suspend(machine.spec);
    await endForwarder(workspace, machine);
    return { acted: true, state: await settledState(machine) };
  });
}
