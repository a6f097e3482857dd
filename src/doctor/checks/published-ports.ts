import { messageOf } from '../../errors.ts';
import { machineFlag } from '../../machine/errors.ts';
import { readableMachines } from '../../machine/find.ts';
import type { Machine } from '../../machine/machine.ts';
import { publishedPortsOf } from '../../machine/published-ports.ts';
import { ok, skipped, warn, type Check, type Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';

/** Whether each running machine has its port forwarder, and whether what its containers publish can be reached. */
export const publishedPortsCheck: Check = {
  id: 'published-ports',
  title: 'Published ports',
  async run(context) {
    const found = (await Promise.all(readableMachines(context.machines).map((machine) => ofMachine(context, machine)))).flat();
    return found.length > 0 ? found : [skipped('No engine answers that could be asked for its containers.')];
  },
};

async function ofMachine(context: DoctorContext, machine: Machine): Promise<Finding[]> {
  const { engine } = await context.status(machine);
  if (engine === undefined || 'error' in engine) return [];
  const about = { machine: machine.record.name };
  if (context.settings?.['ports.forward'].value === 'off') return [skipped('They are not forwarded: the setting ports.forward is off.', about)];
  try {
    const { forwarder, ports } = await publishedPortsOf(machine, context.settings?.['ports.bind'].value ?? 'loopback');
    if (!forwarder.running) return [warn('The process that forwards them does not run.', { ...about, remedy: [`b2d up${machineFlag(machine.record.name)}`, `Why it ended: ${machine.paths.forwarderLog}`] })];
    const missing = ports.filter(({ host }) => host === null);
    if (missing.length === 0) return [ok(`${ports.length === 1 ? 'One is' : `${ports.length} are`} forwarded.`, about)];
    return [warn(`${missing.length} of ${ports.length} cannot be reached from this computer.`, {
      ...about,
      details: missing.map(({ container, port, protocol, reason }) => `${container}, ${port}/${protocol}: ${reason}`),
      remedy: ['Publish them on other ports, or end the program that uses the port: it is tried again by itself.'],
    })];
  } catch (error) {
    return [skipped(`They cannot be told: ${messageOf(error)}`, about)];
  }
}
