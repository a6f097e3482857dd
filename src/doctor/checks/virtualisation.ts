import fs from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../../errors.ts';
import { ok, skipped, warn, type Check, type Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { windowsHypervisor } from '../host/windows-hypervisor.ts';

const SLOW = 'Without it VirtualBox does not run the machine at all, and QEMU only by emulation, many times slower.';

/** Whether this computer's processor can run guests itself. */
export const virtualisationCheck: Check = {
  id: 'virtualisation',
  title: 'Virtualisation',
  async run(context) {
    if (context.platform.os === 'win32') return [await onWindows(context)];
    return context.platform.os === 'darwin' ? [await onMac(context)] : [await onLinux(context)];
  },
};

async function onWindows({ platform }: DoctorContext): Promise<Finding> {
  const { present, firmware } = await windowsHypervisor(platform);
  if (present) return ok('It is on, and a hypervisor of Windows uses it.');
  if (firmware) return ok('It is on.');
  return warn(`Hardware virtualisation is switched off in the firmware. ${SLOW}`, {
    remedy: [
      'Restart into the firmware settings and switch on "Intel Virtualization Technology" (VT-x) or "SVM Mode" (AMD-V):',
      'shutdown /r /fw /t 0',
    ],
  });
}

/** https://developer.apple.com/documentation/hypervisor: `kern.hv_support` tells whether Hypervisor.framework works here. */
async function onMac({ platform }: DoctorContext): Promise<Finding> {
  const { stdout } = await platform.run('/usr/sbin/sysctl', ['-n', 'kern.hv_support']);
  if (stdout.trim() === '1') return ok('It is on.');
  return warn(`macOS says that hardware virtualisation is not possible here. ${SLOW}`, { details: ['In a virtual machine, nested virtualisation must be switched on in its host.'] });
}

async function onLinux({ platform, systemRoot }: DoctorContext): Promise<Finding> {
  if (platform.arch !== 'x64') return skipped(`It is not looked at on ${platform.arch}.`);
  const flags = /^flags\s*:(.*)$/m.exec(await fs.readFile(path.join(systemRoot, 'proc', 'cpuinfo'), 'utf8'))?.[1]?.split(/\s+/) ?? [];
  const kind = flags.includes('vmx') ? 'VT-x' : flags.includes('svm') ? 'AMD-V' : undefined;
  if (kind === undefined) {
    const nested = flags.includes('hypervisor');
    return warn(`Linux sees neither VT-x nor AMD-V. ${SLOW}`, {
      remedy: [nested ? 'This computer is itself a virtual machine: switch on nested virtualisation in its host.' : 'Switch on "Intel Virtualization Technology" (VT-x) or "SVM Mode" (AMD-V) in the firmware settings.'],
    });
  }
  const device = path.join(systemRoot, 'dev', 'kvm');
  const problem = await fs.access(device, fs.constants.R_OK | fs.constants.W_OK).then(() => undefined, (error: unknown) => codeOf(error) ?? 'EIO');
  if (problem === undefined) return ok(`${kind} is on, and /dev/kvm can be used.`);
  if (problem === 'ENOENT') {
    return ok(`${kind} is on. There is no /dev/kvm, which only QEMU would need.`, { remedy: [`For QEMU: sudo modprobe ${kind === 'VT-x' ? 'kvm_intel' : 'kvm_amd'}`] });
  }
  return warn(`${kind} is on, but you have no right to use /dev/kvm (${problem}), so QEMU would emulate.`, { remedy: [`sudo usermod -aG kvm ${platform.userName}`, 'then log in again'] });
}
