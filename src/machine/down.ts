import { B2dError } from '../errors.ts';
import { machineFlag } from './errors.ts';
import { type Machine } from './machine.ts';
import type { Workspace } from './workspace.ts';

/** Containers get 10 s each in dockerd's order, then the file systems are unmounted: the guest itself gives up at 60 s. */
const SHUTDOWN_DEADLINE_MS = 120_000;
/** A guest that is still starting may miss the first press of the power button. */
const PRESS_AGAIN_MS = 10_000;
const POLL_MS = 200;

/**
 * Shuts the machine down in order. Nothing to do where it is off.
 * @returns whether it was running.
 * @throws B2dError (hypervisorFailed) when it does not go off in time.
 */
export async function down(workspace: Workspace, machine: Machine): Promise<boolean> {
  const { driver, spec } = machine;
  const { state } = await driver.state(spec);
  if (['stopped', 'absent', 'crashed', 'saved'].includes(state)) return false;
  await workspace.progress.step('Shutting down', async () => {
    if (state === 'paused') await driver.start(spec, []); // a paused guest cannot hear the button
    await waitUntilStopped(machine, () => driver.shutdown(spec));
  });
  return true;
}

/** Waits until the machine is off, pressing the power button now and again where `press` is given. @throws B2dError */
export async function waitUntilStopped(machine: Machine, press?: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + SHUTDOWN_DEADLINE_MS;
  for (let nextPress = Date.now(); Date.now() < deadline; ) {
    const { state } = await machine.driver.state(machine.spec);
    if (state === 'stopped' || state === 'absent' || state === 'crashed') return;
    if (press && Date.now() >= nextPress) {
      await press();
      nextPress = Date.now() + PRESS_AGAIN_MS;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const flag = machineFlag(machine.record.name);
  throw new B2dError(`"${machine.record.name}" did not shut down within ${SHUTDOWN_DEADLINE_MS / 1000} seconds.`, {
    exit: 'hypervisorFailed',
    reason: 'The guest did not react to its power button, or a container does not end.',
    remedy: [`See what it does: b2d logs${flag}`, `Switch it off (containers are cut off): b2d kill${flag}`],
  });
}
