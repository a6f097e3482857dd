import { formatMebibytes } from '../../config/size.ts';
import { ok, skipped, warn, type Check, type Finding } from '../check.ts';
import { readableMachines } from '../../machine/find.ts';

/** The rest is for the computer's own system and programs. */
const LARGEST_SHARE = 0.75;

/** The memory a machine is set to take, against what this computer has and has free. */
export const memoryCheck: Check = {
  id: 'memory',
  title: 'Memory',
  async run({ platform, machines, settings, status }) {
    const toMiB = (bytes: number): number => Math.floor(bytes / 1024 ** 2);
    const total = toMiB(platform.totalMemory);
    const freeBytes = platform.freeMemory();
    const free = freeBytes === undefined ? undefined : toMiB(freeBytes);
    const judge = (memoryMiB: number, running: boolean, more: Pick<Finding, 'machine'>): Finding => {
      const message = `${formatMebibytes(memoryMiB)} of this computer's ${formatMebibytes(total)}${free === undefined ? '' : `, of which ${formatMebibytes(free)} are free now`}.`;
      const flag = more.machine === undefined ? '' : ` --machine ${more.machine}`;
      if (memoryMiB > total * LARGEST_SHARE) return warn(`${message} That leaves little to the computer itself.`, { ...more, remedy: [`Give it less: b2d restart${flag} --memory ${Math.floor(total / 2)}`] });
      if (!running && free !== undefined && memoryMiB > free) return warn(`${message} Starting it now would make the computer swap.`, { ...more, remedy: ['End some programs first.', `Or give it less: b2d up${flag} --memory ${Math.max(512, Math.floor(free / 2))}`] });
      return ok(message, more);
    };
    const found = readableMachines(machines);
    if (found.length === 0) return [settings === undefined ? skipped('The settings cannot be used.') : judge(settings.memory.value, false, {})];
    return Promise.all(found.map(async (machine) => judge(machine.record.memoryMiB, ['running', 'paused'].includes((await status(machine)).state), { machine: machine.record.name })));
  },
};
