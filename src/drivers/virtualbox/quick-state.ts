import type { Platform } from '../../platform/platform.ts';
import type { StateReport } from '../driver.ts';
import { ANSWER_MS } from './deadlines.ts';
import { runningProcess, type MachinePlace } from './process.ts';

/**
 * A machine's state for `b2d env`, which shells run at every start. On Linux a process that /proc shows to be this machine's answers
 * at once; without one, and elsewhere, where a look at a process costs as much as asking, VirtualBox is asked once.
 * @param place `program`: the setting virtualbox.program
 */
export async function quickState(platform: Platform, place: MachinePlace & { program?: string }): Promise<StateReport> {
  if (platform.os === 'linux') {
    const pid = await runningProcess(platform, place);
    if (pid !== undefined) return { state: 'running', pid };
  }
  const [{ openFor }, { queryState }] = await Promise.all([import('./session.ts'), import('./state.ts')]);
  return queryState(platform, () => openFor(platform, place.program === undefined ? {} : { 'virtualbox.program': place.program }, ANSWER_MS), place);
}
