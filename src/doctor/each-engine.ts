import { readableMachines } from '../machine/find.ts';
import type { Machine } from '../machine/machine.ts';
import { skipped, type Finding } from './check.ts';
import type { DoctorContext } from './context.ts';

/** Which machine a finding is about. */
export type About = Pick<Finding, 'machine'>;

/**
 * Looks at each machine whose engine answers.
 * @param nothing what is said where none does
 * @param look what it throws becomes a `fail` of the whole check
 */
export async function ofEachEngine(context: DoctorContext, nothing: string, look: (machine: Machine, about: About) => Promise<Finding[]>): Promise<Finding[]> {
  const found = await Promise.all(readableMachines(context.machines).map(async (machine) => {
    const { engine } = await context.status(machine);
    return engine === undefined || 'error' in engine ? [] : look(machine, { machine: machine.record.name });
  }));
  const findings = found.flat();
  return findings.length > 0 ? findings : [skipped(nothing)];
}
