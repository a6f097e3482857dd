import type { Platform } from '../../platform/platform.ts';
import { powershell } from '../../platform/powershell.ts';
import { asksForInterpreter, type VirtualBoxSettings } from './settings.ts';

/** How VirtualBox runs guest code here, as far as it can be told without starting a machine. */
export interface Accelerator {
  /** `nem` is Windows' own hypervisor. */
  name?: 'vt-x' | 'amd-v' | 'nem' | 'interpreter';
  /** It cannot: why, and what to do. */
  missing?: { reason: string; remedy: string };
  /** What the user should know though it works. */
  warning?: string;
}

/** Judges by what `VBoxManage list hostinfo` says, and on Windows by what Windows says. */
export async function accelerator(platform: Platform, settings: VirtualBoxSettings, hostInfo: ReadonlyMap<string, string>): Promise<Accelerator> {
  if (asksForInterpreter(settings)) return { name: 'interpreter', warning: "The setting virtualbox.modifyvm chooses VirtualBox's interpreter, which is some hundred times slower than the processor." };
  if (platform.os === 'win32' && (await hypervisorPresent(platform))) {
    return { name: 'nem', warning: "Windows' own hypervisor (Hyper-V, WSL 2, Memory integrity) has the processor's virtualisation: VirtualBox works through it, in its slow mode." };
  }
  if (hostInfo.get('Processor supports HW virtualization') === 'no') {
    return {
      missing: {
        reason: "VirtualBox finds no virtualisation (VT-x or AMD-V) in the processor: it is switched off in the firmware (BIOS, UEFI), or this computer is itself a virtual machine without it.",
        remedy: 'Switch on Intel VT-x, AMD-V or SVM in the firmware set-up, or nested virtualisation in the host of this virtual machine.',
      },
    };
  }
  const description = [...hostInfo].find(([key]) => /^Processor#\d+ description$/.test(key))?.[1] ?? '';
  return /intel/i.test(description) ? { name: 'vt-x' } : /amd/i.test(description) ? { name: 'amd-v' } : {};
}

/** https://learn.microsoft.com/windows/win32/cimwin32prov/win32-computersystem. A Windows that does not tell counts as one without. */
async function hypervisorPresent(platform: Platform): Promise<boolean> {
  return powershell(platform, '(Get-CimInstance Win32_ComputerSystem).HypervisorPresent', { timeoutMs: 15_000 }).then((text) => text.trim() === 'True', () => false);
}
