import type { MachineState, SnapshotInfo } from '../drivers/driver.ts';
import { noSuchSnapshot, restoreNeedsOff, validateSnapshotName } from '../drivers/snapshot-errors.ts';
import { machineNotRunning } from './errors.ts';
import type { Machine } from './machine.ts';
import { runAsRoot } from './ssh.ts';
import { isAtRest, settledState } from './wait-for-state.ts';
import type { Workspace } from './workspace.ts';

/** A guest under software emulation takes seconds for a login. */
const FLUSH_LOGIN_MS = 15_000;

export interface SavedSnapshot {
  snapshot: SnapshotInfo;
  /** The machine's state when it was saved. */
  state: MachineState;
}

/**
 * Saves the machine as it is under that name: a machine that runs goes on. It is one step of the hypervisor, which is done or not.
 * The caller holds the machine's lock.
 * @throws B2dError (usage) when the name is taken or cannot be one, (machineNotRunning) of a machine without a disk yet.
 */
export async function saveSnapshot(workspace: Workspace, machine: Machine, name: string): Promise<SavedSnapshot> {
  validateSnapshotName(name);
  const state = await knownToHypervisor(machine);
  await workspace.progress.step(`Saving snapshot "${name}"`, async () => {
    if (state === 'running') await flush(workspace, machine);
    await machine.driver.snapshotSave(machine.spec, name);
  });
  return { snapshot: await findSnapshot(machine, name), state };
}

/**
 * Puts the data disk back to what it was; the user was asked before. A snapshot with memory leaves the machine suspended in what it did then. Ports, keys,
 * certificates, image and settings stay those of today: none of them is on the data disk. The next boot grows the disk again where it has grown since.
 * The caller holds the machine's lock. @returns the state it has now.
 * @throws B2dError (usage) when there is none of that name, (busy) while the machine runs.
 */
export async function restoreSnapshot(workspace: Workspace, machine: Machine, name: string): Promise<MachineState> {
  if (!isAtRest(await knownToHypervisor(machine))) throw restoreNeedsOff(machine.spec);
  await workspace.progress.step(`Restoring snapshot "${name}"`, () => machine.driver.snapshotRestore(machine.spec, name));
  return settledState(machine);
}

/** Deletes the snapshot; the machine stays as it is. The user was asked before, and the caller holds the machine's lock. @throws B2dError (usage) when there is none of that name. */
export async function deleteSnapshot(workspace: Workspace, machine: Machine, name: string): Promise<void> {
  await knownToHypervisor(machine);
  await findSnapshot(machine, name);
  await workspace.progress.step(`Deleting snapshot "${name}"`, () => machine.driver.snapshotDelete(machine.spec, name));
}

/** @throws B2dError (usage) naming those that there are. */
export async function findSnapshot({ driver, spec }: Machine, name: string): Promise<SnapshotInfo> {
  const known = await driver.snapshotList(spec);
  const found = known.find((entry) => entry.name === name);
  if (found === undefined) throw noSuchSnapshot(name, known);
  return found;
}

async function knownToHypervisor(machine: Machine): Promise<MachineState> {
  const state = await settledState(machine);
  if (state === 'absent') throw machineNotRunning(machine.record.name, { state, detail: 'It has no disk yet, or the hypervisor has lost it: a start makes or mends it.' });
  return state;
}

/** What programs in the guest wrote and the guest's kernel still holds back belongs to the snapshot. One that does not answer is saved as it is. */
async function flush(workspace: Workspace, machine: Machine): Promise<void> {
  await runAsRoot(workspace, machine, 'sync', FLUSH_LOGIN_MS).catch((error: unknown) => workspace.debug(`The guest could not be asked to write its files out (${String(error)}).`));
}
