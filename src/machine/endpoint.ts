import { hasProvenProcess } from '../drivers/qemu/identity.ts';
import type { MachinePlace } from '../drivers/qemu/layout.ts';
import type { StateReport } from '../drivers/driver.ts';
import type { Platform } from '../platform/platform.ts';
import { machineAbsent, machineNotRunning } from './errors.ts';
import { dockerHost } from './loopback.ts';
import { machinePaths } from './paths.ts';
import { readRecord, type MachineRecord } from './record.ts';

/**
 * Where the engine of a running machine listens: what `b2d env` prints. Loads little, because shells run it at every start.
 * @throws B2dError (machineAbsent, machineNotRunning, stateUnreadable, usage).
 */
export async function runningEndpoint(platform: Platform, home: string, machine: string): Promise<{ dockerHost: string; certPath: string }> {
  const paths = machinePaths(platform, home, machine);
  const record = await readRecord(paths.record);
  if (record === undefined) throw machineAbsent(machine);
  const report = await quickState(platform, { directory: paths.directory, uuid: record.uuid }, record);
  if (report.state !== 'running' || record.ports.docker === undefined) throw machineNotRunning(machine, report);
  return { dockerHost: dockerHost(record.ports.docker), certPath: paths.docker };
}

/**
 * Each driver's quickest way to tell a state. For QEMU a process that the operating system itself shows to be this machine's answers at once; only
 * without one is QEMU asked over its socket, because loading Node's sockets takes longer than all the rest of `b2d env`.
 */
async function quickState(platform: Platform, place: MachinePlace, { driver, extra }: MachineRecord): Promise<StateReport> {
  if (driver === 'virtualbox') {
    const { quickState: ofVirtualBox } = await import('../drivers/virtualbox/quick-state.ts');
    const program = extra['virtualbox.program'];
    return ofVirtualBox(platform, { ...place, ...(program && { program }) });
  }
  if (await hasProvenProcess(platform, place)) return { state: 'running' };
  const { queryState } = await import('../drivers/qemu/query-state.ts');
  return queryState(platform, place);
}
