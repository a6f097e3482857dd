import { findQemu } from '../../drivers/qemu/find.ts';
import { parseSettings } from '../../drivers/qemu/settings.ts';
import { OLDEST, qemuVersion } from '../../drivers/qemu/version.ts';
import { fail, ofError, ok, skipped, warn, type Check } from '../check.ts';

/** Whether QEMU is there, and its version. Whether b2d can do without it is for the check `driver` to judge. */
export const qemuCheck: Check = {
  id: 'qemu',
  title: 'QEMU',
  async run({ platform, extra }) {
    const settings = parseSettings(extra);
    const search = findQemu(platform, settings);
    if (!('found' in search)) {
      const configured = settings.program !== undefined || settings.img !== undefined;
      return [configured ? fail(`${search.missing} is missing. ${search.reason}`, { remedy: ['b2d config'] }) : skipped(`QEMU is not installed. ${search.reason}`)];
    }
    const { emulator, img } = search.found;
    try {
      const { text, supported } = await qemuVersion(platform, emulator);
      const more = { details: [emulator, img] };
      return [supported ? ok(`QEMU ${text}`, more) : warn(`QEMU ${text} is too old: b2d needs ${OLDEST.join('.')} or newer.`, more)];
    } catch (error) {
      return [{ ...ofError(error), status: 'warn' }];
    }
  },
};
