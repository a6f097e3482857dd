import { machineFlag } from '../../machine/errors.ts';
import type { Machine } from '../../machine/machine.ts';
import { fail, ofError, ok, skipped, warn, type Check, type Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';

/** Each machine's state, and whether the engine of a running one answers. */
export const machineCheck: Check = {
  id: 'machine',
  title: 'Machine',
  async run(context) {
    if (context.machines.length === 0) return [skipped('There is none; "b2d up" makes one.')];
    return Promise.all(context.machines.map((entry) => ('machine' in entry ? ofMachine(context, entry.machine) : ofError(entry.problem, { machine: entry.name }))));
  },
};

async function ofMachine(context: DoctorContext, machine: Machine): Promise<Finding> {
  const { record, paths, driver, spec } = machine;
  const about = { machine: record.name };
  const flag = machineFlag(record.name);
  const { state, detail, engine } = await context.status(machine);
  const message = `It is ${state}${detail === undefined ? '.' : `: ${detail}`}`;
  if (state === 'unknown') return fail(message, { ...about, remedy: [`If it does not recover: b2d kill${flag}`, `b2d up${flag}`] });
  if (record.dataDiskMade && (await driver.dataDisk(spec)) === undefined) {
    return fail(`Its data disk is gone from ${paths.directory}: it was made at an earlier start and holds the images, containers and volumes.`, { ...about, remedy: ['Put it back from where it was moved.', `To give the data up: b2d delete${flag}`] });
  }
  if (state === 'crashed') return warn(message, { ...about, remedy: [`Its file system repairs itself at the next start: b2d up${flag}`] });
  if (state !== 'running') return ok(message, about);
  if (engine === undefined) return fail(`${message} No port of its engine is on record.`, { ...about, remedy: [`b2d restart${flag}`] });
  if ('error' in engine) {
    return fail(`It runs, but its Docker engine does not answer: ${engine.error}`, { ...about, remedy: [`If it has just been started, give it time.`, `See what it does: b2d logs${flag}`, `b2d restart${flag}`] });
  }
  return ok(`It runs; Docker engine ${engine.version} answers.`, about);
}
