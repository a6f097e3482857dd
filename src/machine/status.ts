import type { StateReport } from '../drivers/driver.ts';
import { engineVersion, type EngineEndpoint, type EngineVersion } from '../engine/client.ts';
import { messageOf } from '../errors.ts';
import { dockerHost } from './loopback.ts';
import { engineEndpoint, type Machine } from './machine.ts';
import { forwarderStatus, type ForwarderStatus } from './port-forwarder.ts';

export interface MachineStatus extends StateReport {
  name: string;
  driver: string;
  image: string;
  /** Only of a running machine. */
  dockerHost?: string;
  engine?: EngineVersion | { error: string };
  portForwarder?: ForwarderStatus;
}

/** Milliseconds: an engine that is well answers within a fraction of it. */
const ENGINE_TIMEOUT_MS = 5_000;

/** The state as the hypervisor tells it, and whether the engine answers. Never throws for a machine that is off or hangs. */
export async function machineStatus(machine: Machine): Promise<MachineStatus> {
  const report = await machine.driver.state(machine.spec);
  const status: MachineStatus = { name: machine.record.name, ...report, driver: machine.record.driver, image: machine.record.image.version || machine.record.image.sha256.slice(0, 12) };
  if (report.state !== 'running' || machine.record.ports.docker === undefined) return status;
  const endpoint = engineEndpoint(machine);
  return { ...status, dockerHost: dockerHost(endpoint.port), engine: await askEngine(endpoint), portForwarder: await forwarderStatus(machine.paths) };
}

async function askEngine(endpoint: EngineEndpoint): Promise<EngineVersion | { error: string }> {
  try {
    return await engineVersion(endpoint, ENGINE_TIMEOUT_MS);
  } catch (error) {
    return { error: messageOf(error) };
  }
}
