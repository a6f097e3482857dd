import { openVirtualBox } from '../../virtualbox/index.ts';
import { quotePowerShell, quoteSh } from '../../env/quote.ts';
import { ok, skipped, warn, type Check } from '../check.ts';
import { findLeftoverMachines } from '../host/virtualbox-leftovers.ts';

/** Machines that VirtualBox still lists though their folder below B2D_HOME, or its machine.json, is gone. */
export const leftoverMachinesCheck: Check = {
  id: 'leftover-machines',
  title: 'Leftover VMs',
  async run({ platform, home, findVirtualBox, heldLocks }) {
    const search = await findVirtualBox();
    if (home === undefined || !('found' in search)) return [skipped(home === undefined ? 'B2D_HOME cannot be used.' : 'VirtualBox is not installed.')];
    const { program } = search.found;
    const found = await findLeftoverMachines(platform, home, openVirtualBox(platform, program), await heldLocks());
    if (found.length === 0) return [ok('None.')];
    const manage = platform.os === 'win32' ? `& ${quotePowerShell(program)}` : quoteSh(program);
    return found.map(({ uuid, settingsFile, machine, running }) => warn(`VirtualBox lists a machine of b2d's (${uuid}) that no machine.json knows.`, {
      machine,
      details: [settingsFile],
      // Never with --delete: that would delete its disks, and with them perhaps somebody's data.
      remedy: [...(running ? [`${manage} controlvm ${uuid} poweroff`] : []), `Have VirtualBox forget it (no file is deleted): ${manage} unregistervm ${uuid}`],
    }));
  },
};
