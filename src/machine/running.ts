import { machineNotRunning } from './errors.ts';
import type { Machine } from './machine.ts';

/** The machine itself when it runs. @throws B2dError (machineNotRunning). */
export async function runningMachine(machine: Machine): Promise<Machine> {
  const report = await machine.driver.state(machine.spec);
  if (report.state !== 'running') throw machineNotRunning(machine.record.name, report);
  return machine;
}
