import { messageOf } from '../../errors.ts';
import { machineFlag } from '../../machine/errors.ts';
import type { Machine } from '../../machine/machine.ts';
import { publishedPortsOf } from '../../machine/published-ports.ts';
import { ok, skipped, warn, type Check, type Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { ofEachEngine, type About } from '../each-engine.ts';

/** Whether each running machine has its port forwarder, and whether what its containers publish can be reached. */
export const publishedPortsCheck: Check = {
  id: 'published-ports',
  title: 'Published ports',
  run: (context) => ofEachEngine(context, 'No engine answers that could be asked for its containers.', (machine, about) => ofMachine(context, machine, about)),
};

async function ofMachine(context: DoctorContext, machine: Machine, about: About): Promise<Finding[]> {
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
