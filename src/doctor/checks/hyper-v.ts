import { ok, warn, type Check } from '../check.ts';
import { windowsHypervisor } from '../host/windows-hypervisor.ts';

const SERVICES: Record<number, string> = { 1: 'Credential Guard', 2: 'memory integrity (HVCI)', 3: 'System Guard Secure Launch', 4: 'SMM firmware measurement' };

/**
 * Whether a hypervisor of Windows runs. VirtualBox then goes through it (the green turtle in its status bar): that works, slowly.
 * Virtualisation-based security starts it even where every Windows feature named Hyper-V is off.
 */
export const hyperVCheck: Check = {
  id: 'hyper-v',
  title: 'Hyper-V',
  os: ['win32'],
  async run({ platform }) {
    const { present, vbs, services } = await windowsHypervisor(platform);
    if (!present) return [ok('No hypervisor of Windows is in the way.')];
    if (vbs !== 2) {
      return [warn('Hyper-V or another part of Windows that builds on it (WSL 2, Sandbox, Docker Desktop) is on: VirtualBox runs in its slow mode.', {
        remedy: ['If you can do without them, as administrator, then restart: bcdedit /set hypervisorlaunchtype off', 'Back again: bcdedit /set hypervisorlaunchtype auto'],
      })];
    }
    const names = services.map((service) => SERVICES[service] ?? `service ${service}`);
    return [warn(`Virtualisation-based security runs${names.length > 0 ? ` (${names.join(', ')})` : ''}: VirtualBox runs in its slow mode.`, {
      details: ['It protects Windows; on a managed computer it is not yours to switch off.'],
      remedy: ['Windows Security > Device security > Core isolation > Memory integrity: off, then restart', 'What runs is told by: msinfo32'],
    })];
  },
};
