import { messageOf } from '../../errors.ts';
import { machineFlag } from '../../machine/errors.ts';
import { engineEndpoint, type Machine } from '../../machine/machine.ts';
import { formatDuration } from '../../output/units.ts';
import { fail, ok, skipped, warn, type Check, type Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { readableMachines } from '../machines.ts';

/** The guest steps its clock when it drifts by a second, and looks every five. */
const NOTICEABLE_MS = 5_000;
/** From here on certificates, tokens and builds by time stamp go wrong. */
const HARMFUL_MS = 60_000;

/** The difference between the clock of each running machine and this computer's. */
export const clockCheck: Check = {
  id: 'clock',
  title: 'Clock',
  async run(context) {
    const found = (await Promise.all(readableMachines(context.machines).map((machine) => ofMachine(context, machine)))).flat();
    return found.length > 0 ? found : [skipped('No engine answers that could be asked for its time.')];
  },
};

async function ofMachine(context: DoctorContext, machine: Machine): Promise<Finding[]> {
  const { engine } = await context.status(machine);
  if (engine === undefined || 'error' in engine) return [];
  const about = { machine: machine.record.name };
  const asked = context.now().getTime();
  const guest = await guestTime(context, machine).catch((error: unknown) => messageOf(error));
  if (typeof guest === 'string') return [skipped(`Its engine does not tell the time: ${guest}`, about)];
  const answered = context.now().getTime();
  // The engine took its time somewhere between question and answer; the doubt is not held against it.
  const difference = guest < asked ? guest - asked : guest > answered ? guest - answered : 0;
  const message = `${formatDuration(Math.abs(difference))} ${difference < 0 ? 'behind' : 'ahead of'} this computer's.`;
  const more = { ...about, remedy: [`b2d restart${machineFlag(machine.record.name)}`] };
  if (Math.abs(difference) >= HARMFUL_MS) return [fail(`${message} Certificates and registries will refuse it.`, more)];
  return [Math.abs(difference) >= NOTICEABLE_MS ? warn(message, more) : ok('The same as this computer\'s.', about)];
}

/** https://docs.docker.com/reference/api/engine/version/v1.51/#tag/System/operation/SystemInfo */
async function guestTime({ engineGet }: DoctorContext, machine: Machine): Promise<number> {
  const { status, body } = await engineGet(engineEndpoint(machine), '/info');
  const time = Date.parse(String((JSON.parse(body) as { SystemTime?: unknown }).SystemTime));
  if (status !== 200 || Number.isNaN(time)) throw new Error(`/info answered ${status}: ${body.slice(0, 100)}`);
  return time;
}
