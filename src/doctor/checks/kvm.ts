import fs from 'node:fs/promises';
import path from 'node:path';
import { openVirtualBox, type VirtualBoxVersion } from '../../virtualbox/index.ts';
import { exists } from '../../platform/files.ts';
import { ok, skipped, warn, type Check } from '../check.ts';

const CONF = '/etc/modprobe.d/virtualbox-kvm.conf';

/**
 * KVM beside VirtualBox. Since Linux 6.12 KVM takes the processor's virtualisation when its module is loaded. VirtualBox before 7.2.10
 * then starts nothing (VERR_VMX_IN_VMX_ROOT_MODE, VERR_SVM_IN_USE; https://github.com/VirtualBox/virtualbox/issues/141); newer ones have KVM
 * do it and start nothing where it is told not to (VERR_SVM_HOST_SVME_NOT_ENABLED; https://github.com/VirtualBox/virtualbox/issues/711).
 */
export const kvmCheck: Check = {
  id: 'kvm',
  title: 'KVM',
  os: ['linux'],
  async run({ platform, systemRoot, findVirtualBox }) {
    const search = await findVirtualBox();
    if (!('found' in search)) return [skipped('VirtualBox, which it may be in the way of, is not installed.')];
    const module = (name: string): string => path.join(systemRoot, 'sys', 'module', name);
    const loaded = (await exists(module('kvm_intel'))) || (await exists(module('kvm_amd')));
    const takesAtLoad = (await fs.readFile(path.join(module('kvm'), 'parameters', 'enable_virt_at_load'), 'utf8').catch(() => '')).trim();
    if (!loaded || takesAtLoad === '') return [ok('It is not in VirtualBox\'s way.')];
    const version = await openVirtualBox(platform, search.found.program).version();
    if (usesKvm(version)) {
      if (takesAtLoad === 'Y') return [ok(`VirtualBox ${version.text} gets along with it.`)];
      return [warn(`VirtualBox ${version.text} needs KVM to switch virtualisation on, and it was told not to (enable_virt_at_load=0).`, { remedy: ['Remove that line below /etc/modprobe.d, then restart: grep -r enable_virt_at_load /etc/modprobe.d'] })];
    }
    if (takesAtLoad === 'N') return [ok('It leaves virtualisation to VirtualBox.')];
    return [warn(`KVM holds the processor's virtualisation, so VirtualBox ${version.text} cannot start machines.`, {
      remedy: ['Until the next restart: sudo modprobe -r kvm_intel kvm_amd kvm', `For good: echo "options kvm enable_virt_at_load=0" | sudo tee ${CONF}`],
    })];
  },
};

function usesKvm({ major, minor, patch }: VirtualBoxVersion): boolean {
  return major * 1e6 + minor * 1e3 + patch >= 7_002_010;
}
