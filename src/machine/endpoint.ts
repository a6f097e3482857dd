import { queryState } from '../drivers/qemu/query-state.ts';
import type { Platform } from '../platform/platform.ts';
import { machineAbsent, machineNotRunning } from './errors.ts';
import { machinePaths } from './paths.ts';
import { readRecord } from './record.ts';

/**
 * Where the engine of a running machine listens: what `b2d env` prints. Loads little, because shells run it at every start.
 * @throws B2dError (machineAbsent, machineNotRunning, stateUnreadable, usage).
 */
export async function runningEndpoint(platform: Platform, home: string, machine: string): Promise<{ dockerHost: string; certPath: string }> {
  const paths = machinePaths(platform, home, machine);
  const record = await readRecord(paths.record);
  if (record === undefined) throw machineAbsent(machine);
  const report = await queryState(platform, { directory: paths.directory, uuid: record.uuid });
  if (report.state !== 'running' || record.ports.docker === undefined) throw machineNotRunning(machine, report);
  return { dockerHost: `tcp://127.0.0.1:${record.ports.docker}`, certPath: paths.docker };
}
