import type { Platform } from '../../platform/platform.ts';
import { powershellJson } from '../../platform/powershell.ts';

/** What Windows says of hypervisors. */
export interface WindowsHypervisor {
  /** A hypervisor, Windows' own as a rule, runs below Windows. */
  present: boolean;
  /** The firmware lets programs use the processor's virtualisation. Windows says false for as long as a hypervisor holds it. */
  firmware: boolean;
  /** Virtualisation-based security: 0 off, 1 on but not running, 2 running; null where Windows does not tell. */
  vbs: number | null;
  /** The services it runs: 1 Credential Guard, 2 memory integrity (HVCI), 3 and up others. */
  services: number[];
}

/**
 * Asked by CIM, because the text of `systeminfo` is in the user's language and takes many seconds.
 * https://learn.microsoft.com/windows/win32/cimwin32prov/win32-processor
 * https://learn.microsoft.com/windows/security/hardware-security/enable-virtualization-based-protection-of-code-integrity
 */
const SCRIPT = `
$guard = Get-CimInstance -Namespace root\\Microsoft\\Windows\\DeviceGuard -ClassName Win32_DeviceGuard -ErrorAction SilentlyContinue
@{
  present = [bool](Get-CimInstance Win32_ComputerSystem).HypervisorPresent
  firmware = [bool](Get-CimInstance Win32_Processor | Select-Object -First 1).VirtualizationFirmwareEnabled
  vbs = $guard.VirtualizationBasedSecurityStatus
  services = @($guard.SecurityServicesRunning | Where-Object { $_ })
}`;

const answers = new WeakMap<Platform, Promise<WindowsHypervisor>>();

/** Asks once for each platform: PowerShell takes a second to start. */
export function windowsHypervisor(platform: Platform): Promise<WindowsHypervisor> {
  const asked = answers.get(platform) ?? powershellJson<WindowsHypervisor>(platform, SCRIPT);
  answers.set(platform, asked);
  return asked;
}
