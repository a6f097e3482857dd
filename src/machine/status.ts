import type { StateReport } from '../drivers/driver.ts';
import { engineVersion, pingEngine, type EngineVersion } from '../engine/client.ts';
import { messageOf } from '../errors.ts';
import { dockerHost, engineEndpoint, type Machine } from './machine.ts';

export interface MachineStatus extends StateReport {
  name: string;
  driver: string;
  image: string;
  /** Only of a running machine. */
  dockerHost?: string;
  engine?: EngineVersion | { error: string };
}

/** The state as the hypervisor tells it, and whether the engine answers. Never throws for a machine that is off or hangs. */
export async function machineStatus(machine: Machine): Promise<MachineStatus> {
  const report = await machine.driver.state(machine.spec);
  const status: MachineStatus = { name: machine.record.name, ...report, driver: machine.record.driver, image: machine.record.image.version || machine.record.image.sha256.slice(0, 12) };
  if (report.state !== 'running' || machine.record.ports.docker === undefined) return status;
  const endpoint = engineEndpoint(machine);
  return { ...status, dockerHost: dockerHost(endpoint), engine: await askEngine(machine) };
}

async function askEngine(machine: Machine): Promise<EngineVersion | { error: string }> {
  const endpoint = engineEndpoint(machine);
  try {
    const ping = await pingEngine(endpoint);
    if (!ping.ok) throw ping.error;
    return await engineVersion(endpoint, 5_000);
  } catch (error) {
    return { error: messageOf(error) };
  }
}
