import type { MachineState, StateReport } from '../drivers/driver.ts';
import { B2dError } from '../errors.ts';
import { machineFlag, stateUnknown } from './errors.ts';
import type { Machine } from './machine.ts';

/** Containers get 10 s each in dockerd's order, then the file systems are unmounted: the guest itself gives up at 60 s. Writing a large memory to a slow disk takes as long. */
const DEADLINE_MS = 120_000;
/** A guest that is still starting may miss the first press of the power button. */
const PRESS_AGAIN_MS = 10_000;
const POLL_MS = 200;

/** A machine whose memory and processor are given back: the power button and the plug have nothing to act on. */
export function isAtRest(state: MachineState): boolean {
  return state === 'stopped' || state === 'absent' || state === 'crashed' || state === 'saved';
}

/**
 * The machine's state once a start, a stop or a suspend that is under way has ended, whoever began it.
 * @throws B2dError (hypervisorFailed) when the hypervisor does not tell it, or what is under way does not end.
 */
export async function settledState(machine: Machine): Promise<MachineState> {
  const report = await waitForState(machine, ({ state }) => state !== 'starting' && state !== 'stopping');
  if (report === undefined) {
    const { state, detail } = await machine.driver.state(machine.spec);
    throw stuck(machine, `"${machine.record.name}" has been ${state} for ${DEADLINE_MS / 1000} seconds.`, detail);
  }
  if (report.state === 'unknown') throw stateUnknown(machine.record.name, report);
  return report.state;
}

/**
 * Presses the power button, now and again, until the machine is at rest. It may end up suspended, when another program was quicker.
 * @throws B2dError (hypervisorFailed) when it does not go off in time.
 */
export async function pressUntilAtRest(machine: Machine, deadlineMs = DEADLINE_MS): Promise<MachineState> {
  let nextPress = Date.now();
  const report = await waitForState(machine, ({ state }) => isAtRest(state), async ({ state }) => {
    if (state !== 'running' || Date.now() < nextPress) return;
    await machine.driver.shutdown(machine.spec).catch(unlessItWentOff);
    nextPress = Date.now() + PRESS_AGAIN_MS;
  }, deadlineMs);
  if (report !== undefined) return report.state;
  throw stuck(machine, `"${machine.record.name}" did not shut down within ${deadlineMs / 1000} seconds.`, 'The guest did not react to its power button, or a container does not end.');
}

/** Between the look at the machine and the press it may have gone off by itself, or by an earlier press: the next look tells. */
function unlessItWentOff(error: unknown): void {
  if (!(error instanceof B2dError) || error.exit !== 'machineNotRunning') throw error;
}

/** Asks again and again until the answer is wanted; undefined at the deadline. */
async function waitForState(machine: Machine, wanted: (report: StateReport) => boolean, otherwise?: (report: StateReport) => Promise<void>, deadlineMs = DEADLINE_MS): Promise<StateReport | undefined> {
  for (const deadline = Date.now() + deadlineMs; ; ) {
    const report = await machine.driver.state(machine.spec);
    if (wanted(report)) return report;
    if (Date.now() >= deadline) return undefined;
    await otherwise?.(report);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function stuck(machine: Machine, message: string, reason: string | undefined): B2dError {
  const flag = machineFlag(machine.record.name);
  return new B2dError(message, {
    exit: 'hypervisorFailed',
    ...(reason && { reason }),
    remedy: [`See what it does: b2d logs${flag}`, `Switch it off (containers are cut off): b2d kill${flag}`],
  });
}
