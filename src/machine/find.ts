import { validateMachineName } from './name.ts';
import { machineAbsent } from './errors.ts';
import { machineOf, type Machine } from './machine.ts';
import { machinePaths, machinesDirectory } from './paths.ts';
import { listMachines, readRecord } from './record.ts';
import type { Workspace } from './workspace.ts';

/** A machine there is: with what its machine.json says, or with why that cannot be told. */
export type MachineEntry = { name: string; machine: Machine } | { name: string; problem: unknown };

/** All machines below the home folder, or the one that is named. */
export async function findMachines(workspace: Pick<Workspace, 'platform' | 'home' | 'driver'>, name?: string): Promise<MachineEntry[]> {
  const names = name === undefined ? await listMachines(machinesDirectory(workspace.platform, workspace.home)) : [validateMachineName(name)];
  return Promise.all(names.map((entry) => openEntry(workspace, entry)));
}

async function openEntry(workspace: Pick<Workspace, 'platform' | 'home' | 'driver'>, name: string): Promise<MachineEntry> {
  try {
    const record = await readRecord(machinePaths(workspace.platform, workspace.home, name).record);
    if (record === undefined) throw machineAbsent(name);
    return { name, machine: machineOf(workspace, record) };
  } catch (problem) {
    return { name, problem };
  }
}

/** Those whose machine.json can be read; `b2d ls` and doctor's check `machine` tell of the others. */
export function readableMachines(entries: readonly MachineEntry[]): Machine[] {
  return entries.flatMap((entry) => ('machine' in entry ? [entry.machine] : []));
}
