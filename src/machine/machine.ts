import type { Driver, MachineSpec } from '../drivers/driver.ts';
import type { EngineEndpoint } from '../engine/client.ts';
import { imageFile } from '../image/store.ts';
import { withLock } from '../platform/lock.ts';
import { machineAbsent, machineNotRunning } from './errors.ts';
import { machinePaths, type MachinePaths } from './paths.ts';
import { LOOPBACK } from './loopback.ts';
import { readRecord, type MachineRecord } from './record.ts';
import { driverShare } from './shares/share.ts';
import type { Workspace } from './workspace.ts';

/** A machine that was made: its record, where its files are, and its driver. */
export interface Machine {
  record: MachineRecord;
  paths: MachinePaths;
  driver: Driver;
  spec: MachineSpec;
}

/** What a machine's record means to its driver. */
export function machineOf(workspace: Pick<Workspace, 'platform' | 'home' | 'driver'>, record: MachineRecord): Machine {
  const { platform, home } = workspace;
  const paths = machinePaths(platform, home, record.name);
  const spec: MachineSpec = {
    name: record.name,
    uuid: record.uuid,
    directory: paths.directory,
    cpus: record.cpus,
    memoryMiB: record.memoryMiB,
    diskMiB: record.diskMiB,
    dataDiskBase: paths.dataDiskBase,
    imageFile: imageFile(platform, home, record.image.sha256),
    configDriveFile: paths.configDrive,
    consoleFile: paths.console,
    shares: (record.shares ?? []).map(driverShare),
    hostAccess: record.hostAccess ?? true,
    extra: record.extra,
  };
  return { record, paths, driver: workspace.driver(record.driver), spec };
}

/** The machine of that name. @throws B2dError (machineAbsent, stateUnreadable, usage). */
export async function openMachine(workspace: Workspace, name: string): Promise<Machine> {
  const record = await readRecord(machinePaths(workspace.platform, workspace.home, name).record);
  if (record === undefined) throw machineAbsent(name);
  return machineOf(workspace, record);
}

/** Where the machine's engine answers. @throws B2dError (machineNotRunning) when it was never started. */
export function engineEndpoint(machine: Machine): EngineEndpoint {
  const port = machine.record.ports.docker;
  if (port === undefined) throw machineNotRunning(machine.record.name, { state: 'stopped', detail: 'It was never started.' });
  return { host: LOOPBACK, port, certPath: machine.paths.docker };
}

/** Another command on the same machine may take as long as a first start; it is worth waiting for. */
const LOCK_WAIT_MS = 10 * 60_000;

/** Runs `work` as the only b2d that changes this machine. @throws B2dError (busy). */
export async function withMachine<T>(workspace: Workspace, name: string, purpose: string, work: () => Promise<T>): Promise<T> {
  const { lock } = machinePaths(workspace.platform, workspace.home, name);
  const onWait = (holder: string): void => workspace.progress.note(`Waiting for another b2d: ${holder}`);
  return withLock(workspace.platform, lock, { purpose, waitMs: LOCK_WAIT_MS, onWait }, work);
}
