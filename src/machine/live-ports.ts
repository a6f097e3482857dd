import { isDeepStrictEqual } from 'node:util';
import { PortTakenError } from '../drivers/errors.ts';
import type { Machine } from './machine.ts';
import { machinesDirectory, machinePaths } from './paths.ts';
import { choosePort, serviceRule, SERVICES, type Service } from './ports.ts';
import { listMachines, readRecord, writeRecord } from './record.ts';
import type { Workspace } from './workspace.ts';

/** How often another port is tried when one is taken between choosing and binding. */
export const PORT_ATTEMPTS = 5;

/**
 * Sees to it that the machine, which runs, has b2d's own NAT rules in force as they are recorded; rules of other names are left alone.
 * A rule whose host port cannot be had gets another.
 */
export async function repairPorts(workspace: Workspace, machine: Machine): Promise<void> {
  const present = await machine.driver.forwards(machine.spec);
  for (const service of SERVICES) {
    const port = machine.record.ports[service];
    const inForce = port !== undefined && present.some((rule) => isDeepStrictEqual({ ...rule }, serviceRule(service, port)));
    if (!inForce) await movePort(workspace, machine, service);
  }
}

/**
 * Binds a service of the running machine to a host port: its last one where that is free and not to be avoided, else another. Recorded before
 * the hypervisor is told, so that a call cut off in between is repaired by the next.
 * @throws PortTakenError when other programs were quicker each time.
 */
export async function movePort(workspace: Workspace, machine: Machine, service: Service, avoid: readonly number[] = []): Promise<void> {
  const { driver, spec, record, paths } = machine;
  const taken = new Set([...(await portsOfOthers(workspace, record.name)), ...avoid]);
  for (const other of SERVICES) if (other !== service && record.ports[other] !== undefined) taken.add(record.ports[other]);
  await driver.unforward(spec, service);
  for (let attempt = 1; ; attempt++) {
    const port = await choosePort(service, record.ports[service], taken);
    record.ports = { ...record.ports, [service]: port };
    await writeRecord(paths.record, record);
    try {
      return await driver.forward(spec, serviceRule(service, port));
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === PORT_ATTEMPTS) throw error;
      taken.add(port);
    }
  }
}

/** The ports that other machines had at their last start: theirs to come back to. */
export async function portsOfOthers(workspace: Workspace, name: string): Promise<Set<number>> {
  const { platform, home } = workspace;
  const taken = new Set<number>();
  for (const other of await listMachines(machinesDirectory(platform, home))) {
    if (other === name) continue;
    const record = await readRecord(machinePaths(platform, home, other).record).catch(() => undefined); // its own commands report it
    for (const port of Object.values(record?.ports ?? {})) taken.add(port);
  }
  return taken;
}
