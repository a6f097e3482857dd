import fs from 'node:fs/promises';
import path from 'node:path';
import { asksForInterpreter, parseSettings } from '../../drivers/virtualbox/settings.ts';
import { exists } from '../../platform/files.ts';
import { which } from '../../platform/which.ts';
import { ok, skipped, warn, type Check } from '../check.ts';
import type { DoctorContext } from '../context.ts';

/** The variable of UEFI that tells whether Secure Boot is on: four bytes of attributes, then 1 or 0 (UEFI specification, 3.3). */
const SECURE_BOOT = 'sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';

/** VirtualBox's kernel module, which Linux loads only when it was built for this very kernel and, under Secure Boot, signed. */
export const kernelModuleCheck: Check = {
  id: 'kernel-module',
  title: 'Kernel module',
  os: ['linux'],
  async run(context) {
    if (!('found' in (await context.findVirtualBox()))) return [skipped('VirtualBox is not installed.')];
    if (asksForInterpreter(parseSettings(context.extra))) return [skipped('The setting virtualbox.modifyvm chooses the interpreter, which needs none.')];
    if (await exists(path.join(context.systemRoot, 'dev', 'vboxdrv'))) return [ok('vboxdrv is loaded.')];
    if (await secureBoot(context)) {
      return [warn('VirtualBox\'s kernel module vboxdrv is not loaded, and Secure Boot is on: it must be signed with a key that the firmware knows.', {
        remedy: [build(context), 'Have your firmware know the key (it asks for the password at the next start): sudo mokutil --import KEY', 'Keys: /var/lib/dkms/mok.pub (dkms) or /var/lib/shim-signed/mok/MOK.der'],
      })];
    }
    return [warn('VirtualBox\'s kernel module vboxdrv is not loaded: VirtualBox cannot start machines.', { remedy: ['sudo modprobe vboxdrv', `If it is not there, build it: ${build(context)}`] })];
  },
};

async function secureBoot({ systemRoot }: DoctorContext): Promise<boolean> {
  const variable = await fs.readFile(path.join(systemRoot, SECURE_BOOT)).catch(() => undefined);
  return variable?.[4] === 1;
}

/** VirtualBox's own packages bring a script; the distributions' build by dkms. */
function build({ platform }: DoctorContext): string {
  if (which(platform, 'vboxconfig') !== undefined) return 'sudo vboxconfig';
  if (which(platform, 'apt-get') !== undefined) return 'sudo apt-get install virtualbox-dkms "linux-headers-$(uname -r)"';
  return 'sudo /sbin/vboxconfig';
}
