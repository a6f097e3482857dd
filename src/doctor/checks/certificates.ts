import { formatDuration } from '../../output/units.ts';
import { machineFlag } from '../../machine/errors.ts';
import type { Machine } from '../../machine/machine.ts';
import { inspectTls } from '../../tls/inspect.ts';
import { fail, ok, skipped, warn, type Check, type Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { readableMachines } from '../../machine/find.ts';

/** Each machine's certificates: whether they belong together, and until when they are good. `b2d up` renews them at a start. */
export const certificatesCheck: Check = {
  id: 'certificates',
  title: 'Certificates',
  async run(context) {
    const machines = readableMachines(context.machines);
    if (machines.length === 0) return [skipped('No machine has any yet.')];
    return Promise.all(machines.map((machine) => ofMachine(context, machine)));
  },
};

async function ofMachine({ platform, now, status }: DoctorContext, machine: Machine): Promise<Finding> {
  const { record, paths } = machine;
  const certificates = Object.entries(await inspectTls(platform, paths.directory, { machineName: record.name, now: now() }));
  const running = (await status(machine)).state === 'running';
  if (!running && record.ports.docker === undefined) return skipped('It was never started.', { machine: record.name });
  const details = certificates.map(([role, { notAfter, due }]) => `${role}: ${notAfter === undefined ? '' : `good until ${notAfter.toISOString().slice(0, 10)}`}${due === undefined ? '' : `${notAfter === undefined ? '' : ', '}${due}`}`);
  const ends = certificates.flatMap(([, { notAfter }]) => notAfter?.getTime() ?? []);
  const left = Math.min(...ends) - now().getTime();
  const due = certificates.filter(([, certificate]) => certificate.due !== undefined);
  if (due.length === 0) return ok(`Good for ${formatDuration(left)}.`, { machine: record.name, details });
  if (!running) return ok('The next start makes new ones.', { machine: record.name, details });
  const more = { machine: record.name, details, remedy: [`b2d restart${machineFlag(record.name)}`] };
  const merelyAging = due.every(([, certificate]) => certificate.due === 'expires soon') && left > 0;
  return merelyAging ? warn(`They end in ${formatDuration(left)}; a restart renews them.`, more) : fail('The machine runs with certificates that docker will not accept; a restart makes new ones.', more);
}
