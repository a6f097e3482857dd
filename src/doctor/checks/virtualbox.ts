import { openVirtualBox } from '../../virtualbox/index.ts';
import { fail, ofError, ok, skipped, warn, type Check } from '../check.ts';

/** Whether VirtualBox is there, and its version. Whether b2d can do without it is for the check `driver` to judge. */
export const virtualBoxCheck: Check = {
  id: 'virtualbox',
  title: 'VirtualBox',
  async run(context) {
    const search = await context.findVirtualBox();
    if (!('found' in search)) return [context.extra['virtualbox.program'] === undefined ? skipped(search.missing) : fail(search.missing, { remedy: ['b2d config'] })];
    const { program, by } = search.found;
    const place = `${program}, found by: ${by}`;
    try {
      const { text, support, warnings } = await openVirtualBox(context.platform, program).version();
      const more = { details: [place, ...warnings] };
      if (support === 'too-old') return [warn(`VirtualBox ${text} is too old: b2d needs 7.0 or newer.`, { ...more, remedy: ['Install a newer VirtualBox: https://www.virtualbox.org/wiki/Downloads'] })];
      if (support === 'newer') return [warn(`VirtualBox ${text} is newer than any that this b2d was tried with. It is used all the same.`, more)];
      return [ok(`VirtualBox ${text}`, more)];
    } catch (error) {
      return [{ ...ofError(error), status: 'warn' }];
    }
  },
};
