import { machineFlag } from '../../machine/errors.ts';
import { LOOPBACK } from '../../machine/loopback.ts';
import type { Machine } from '../../machine/machine.ts';
import { isPortFree } from '../../machine/ports.ts';
import { fail, ok, skipped, warn, type Check, type Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { isReservedByWindows, portOwner } from '../host/port-owner.ts';
import { readableMachines } from '../../machine/find.ts';

/** The host ports of each machine: held by its own hypervisor while it runs, free while it does not. */
export const portsCheck: Check = {
  id: 'ports',
  title: 'Ports',
  async run(context) {
    const machines = readableMachines(context.machines);
    if (machines.length === 0) return [skipped('No machine has any yet.')];
    return (await Promise.all(machines.map((machine) => ofMachine(context, machine)))).flat();
  },
};

async function ofMachine(context: DoctorContext, machine: Machine): Promise<Finding[]> {
  const { record } = machine;
  const ports = Object.entries(record.ports);
  if (ports.length === 0) return [skipped('It was never started.', { machine: record.name })];
  const { state, pid } = await context.status(machine);
  if (state === 'unknown') return [skipped('Its state is not known.', { machine: record.name })];
  const up = ['running', 'paused', 'starting', 'stopping'].includes(state);
  const problems = (await Promise.all(ports.map(([service, port]) => (up ? whileUp(context, machine, service, port, pid) : whileOff(context, machine, service, port))))).flat();
  const list = ports.map(([service, port]) => `${service} on ${LOOPBACK}:${port}`).join(', ');
  return problems.length > 0 ? problems : [ok(`${list}: ${up ? 'open' : 'free for the next start'}.`, { machine: record.name })];
}

async function whileUp({ platform }: DoctorContext, { record }: Machine, service: string, port: number, pid: number | undefined): Promise<Finding[]> {
  const more = { machine: record.name, remedy: [`b2d restart${machineFlag(record.name)}`] };
  if (await isPortFree(port)) return [fail(`Nothing listens on ${LOOPBACK}:${port}, its port for ${service}: the hypervisor's NAT rule is not in force.`, more)];
  const owner = await portOwner(platform, port);
  if (owner === undefined || pid === undefined || owner.pid === pid) return [];
  return [fail(`${owner.program} (process ${owner.pid}) listens on ${LOOPBACK}:${port}, its port for ${service}, instead of its hypervisor.`, more)];
}

async function whileOff({ platform }: DoctorContext, { record }: Machine, service: string, port: number): Promise<Finding[]> {
  if (await isPortFree(port)) return [];
  const more = { machine: record.name, details: ['The next "b2d up" chooses another port; shells that point at this one must then run "b2d env" again.'] };
  const owner = await portOwner(platform, port);
  if (owner !== undefined) return [warn(`${owner.program} (process ${owner.pid}) listens on ${LOOPBACK}:${port}, the machine's port for ${service}.`, { ...more, remedy: ['To keep the port, end that program.'] })];
  if (await isReservedByWindows(platform, port)) return [warn(`Windows keeps port ${port}, the machine's port for ${service}, for Hyper-V or WSL.`, { ...more, remedy: ['As administrator: net stop winnat, then b2d up, then net start winnat'] })];
  return [warn(`Another program listens on ${LOOPBACK}:${port}, the machine's port for ${service}.`, more)];
}
