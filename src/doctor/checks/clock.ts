import { messageOf } from '../../errors.ts';
import { clockError } from '../../machine/clock.ts';
import { machineFlag } from '../../machine/errors.ts';
import type { Machine } from '../../machine/machine.ts';
import { formatDuration } from '../../output/units.ts';
import { fail, ok, skipped, warn, type Check, type Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { ofEachEngine, type About } from '../each-engine.ts';

/** The guest looks after its clock every five seconds. */
const NOTICEABLE_MS = 5_000;
/** From here on certificates, tokens and builds by time stamp go wrong. */
const HARMFUL_MS = 60_000;

/** The difference between the clock of each running machine and this computer's. */
export const clockCheck: Check = {
  id: 'clock',
  title: 'Clock',
  run: (context) => ofEachEngine(context, 'No engine answers that could be asked for its time.', (machine, about) => ofMachine(context, machine, about)),
};

async function ofMachine(context: DoctorContext, machine: Machine, about: About): Promise<Finding[]> {
  const error = await clockError(context, machine).catch((cause: unknown) => messageOf(cause));
  if (typeof error === 'string') return [skipped(`Its engine does not tell the time: ${error}`, about)];
  const message = `It is ${formatDuration(Math.abs(error))} ${error < 0 ? 'behind' : 'ahead of'} this computer's.`;
  const more = { ...about, remedy: [`b2d restart${machineFlag(machine.record.name)}`] };
  if (Math.abs(error) >= HARMFUL_MS) return [fail(`${message} Certificates and registries will refuse it.`, more)];
  return [Math.abs(error) >= NOTICEABLE_MS ? warn(message, more) : ok('The same as this computer\'s.', about)];
}
