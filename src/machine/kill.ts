import type { Machine } from './machine.ts';
import { endForwarder } from './port-forwarder.ts';
import type { Workspace } from './workspace.ts';

export interface KillResult {
  /** Whether a suspended state was thrown away. */
  discarded: boolean;
}

/** Pulls the plug, whatever the state: also of a machine that hangs, or whose state the hypervisor does not tell. A suspended one loses its saved state. */
export async function kill(workspace: Workspace, machine: Machine): Promise<KillResult> {
  const { driver, spec } = machine;
  return workspace.progress.step('Switching off', async () => {
    const discarded = (await driver.state(spec)).state === 'saved';
    if (discarded) await driver.discardSavedState(spec);
    await driver.powerOff(spec);
    await endForwarder(workspace, machine);
    return { discarded };
  });
}
