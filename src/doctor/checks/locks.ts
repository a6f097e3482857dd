import { ok, warn, type Check } from '../check.ts';

/** Whether another b2d works on a machine now. A lock ends with the process that holds it, so none is ever left behind. */
export const locksCheck: Check = {
  id: 'locks',
  title: 'Locks',
  async run({ heldLocks }) {
    const held = [...(await heldLocks())];
    if (held.length === 0) return [ok('No other b2d works on a machine.')];
    return held.map(([machine, holder]) => warn(`Another b2d works on it: ${holder}.`, { machine, remedy: ['Wait until it has ended. If it hangs, end that process; the same command goes on from there.'] }));
  },
};
