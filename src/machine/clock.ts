import { engineGet } from '../engine/client.ts';
import { messageOf } from '../errors.ts';
import { engineEndpoint, type Machine } from './machine.ts';
import { runAsRoot } from './ssh.ts';
import type { Workspace } from './workspace.ts';

/** Below this nothing goes wrong: builds and certificates look at seconds and minutes. */
const TOLERANCE_MS = 2_000;

/**
 * Sets the guest's clock when it is wrong, as after a suspend: VirtualBox's hardware clock stands still with the machine, so the guest cannot
 * know. An engine that runs with a wrong clock is better than none, so this says what it cannot mend and goes on.
 */
export async function setClock(workspace: Workspace, machine: Machine): Promise<void> {
  try {
    if (Math.abs(await clockError(workspace, machine)) <= TOLERANCE_MS) return;
    await workspace.progress.step('Clock', () => stepClock(workspace, machine));
    const left = await clockError(workspace, machine);
    if (Math.abs(left) > TOLERANCE_MS) workspace.progress.note(`The clock of "${machine.record.name}" is ${describe(left)} this computer's. It is set at a start:  b2d restart`);
  } catch (error) {
    workspace.progress.note(`The clock of "${machine.record.name}" could not be compared with this computer's (${messageOf(error)}).`);
  }
}

/** Milliseconds by which the guest's clock is surely ahead (behind: negative), from the engine's HTTP `Date`: whole seconds, sent between question and answer. */
export async function clockError({ now }: Pick<Workspace, 'now'>, machine: Machine): Promise<number> {
  const asked = now().getTime();
  const { date } = await engineGet(engineEndpoint(machine), '/_ping');
  const answered = now().getTime();
  if (date === undefined) return 0;
  const earliest = date.getTime();
  const latest = earliest + 1_000;
  return latest < asked ? latest - asked : earliest > answered ? earliest - answered : 0;
}

/** The hardware clock is set too, to what the guest expects of it: the guest follows it (docs/guest-start.md). */
async function stepClock(workspace: Workspace, machine: Machine): Promise<void> {
  const seconds = Math.round(workspace.now().getTime() / 1000);
  const command = `read -r offset < /run/b2d/clock-offset || offset=0; date -u -s @$((${seconds} - offset)) && hwclock -u -w; date -u -s @${seconds}`;
  await runAsRoot(workspace, machine, command);
}

function describe(error: number): string {
  return `${Math.round(Math.abs(error) / 1000)} seconds ${error < 0 ? 'behind' : 'ahead of'}`;
}
