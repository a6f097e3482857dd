import type { MachineValues } from '../config/views.ts';
import { checkDriverSettings } from '../drivers/registry.ts';
import { growDataDisk } from './data-disk.ts';
import { changedRecord } from './init.ts';
import { machineOf, openMachine, type Machine } from './machine.ts';
import { writeRecord } from './record.ts';
import type { Workspace } from './workspace.ts';

export interface SettingsChange {
  machine: Machine;
  /** Names of machine.json's fields that are others now. */
  changed: string[];
  /** Those of them that wait for the next start. */
  pending: string[];
}

/** Driver settings to take away, by `driver.name`. */
export type Unset = readonly string[];

/**
 * Changes settings of a machine that is there, and grows its disk at once where that is possible. Recorded before anything grows, so that a call cut off is finished
 * by the next start. The caller holds the machine's lock.
 * @throws B2dError (machineAbsent); (usage) for what cannot be changed; (busy, storage) for a disk that cannot grow. Then all is as it was.
 */
export async function changeSettings(workspace: Workspace, name: string, explicit: Partial<MachineValues>, unset: Unset = []): Promise<SettingsChange> {
  const before = await openMachine(workspace, name);
  const { record, changed } = await changedRecord(workspace, before.record, { explicit });
  const extra = Object.fromEntries(Object.entries(record.extra).filter(([key]) => !unset.includes(key)));
  if (Object.keys(extra).length < Object.keys(record.extra).length) changed.push('extra');
  const machine = machineOf(workspace, { ...record, extra });
  checkDriverSettings(record.driver, extra);
  if (changed.length === 0) return { machine, changed, pending: [] };
  await writeRecord(machine.paths.record, machine.record);
  const grown = changed.includes('diskMiB') && (await growOrTakeBack(workspace, machine, before));
  return { machine, changed, pending: changed.filter((key) => key !== 'diskMiB' || !grown) };
}

async function growOrTakeBack(workspace: Workspace, machine: Machine, before: Machine): Promise<boolean> {
  try {
    return await growDataDisk(workspace, machine);
  } catch (error) {
    await writeRecord(machine.paths.record, before.record);
    throw error;
  }
}
