import { exists } from '../../platform/files.ts';
import type { Platform } from '../../platform/platform.ts';
import { openVirtualBox, VBoxManageError, type VirtualBoxVersion } from '../../virtualbox/index.ts';
import type { Preflight } from '../driver.ts';
import { accelerator } from './accelerator.ts';
import { inHaste, installRemedy, searchVirtualBox } from './session.ts';
import { asksForInterpreter, parseSettings } from './settings.ts';

/** The device of VirtualBox's kernel module. */
const KERNEL_DEVICE = '/dev/vboxdrv';

/** Finds VirtualBox and asks it what it can. See `Driver.preflight`. */
export async function preflight(platform: Platform, extra: Readonly<Record<string, string>>, answerMs: number, kernelDevice = KERNEL_DEVICE): Promise<Preflight> {
  const settings = parseSettings(extra);
  const search = await searchVirtualBox(platform, settings.program);
  if ('missing' in search) return { usable: false, reason: search.missing, remedy: installRemedy(platform) };
  const { program } = search.found;
  try {
    const vbox = openVirtualBox(inHaste(platform, answerMs), program);
    const version = await vbox.version();
    const found = { version: version.text, program };
    const no = (reason: string, remedy: string): Preflight => ({ ...found, usable: false, reason, remedy });
    if (version.support === 'too-old') return no(`VirtualBox ${version.text} is too old; 7.0 or newer is needed.`, installRemedy(platform));
    if (platform.arch === 'arm64') return no('VirtualBox runs ARM guests on this computer, and there is no image of b2d for ARM yet.', 'QEMU emulates the other processor, slowly: b2d up --driver qemu');
    if (platform.os === 'linux' && !asksForInterpreter(settings) && !(await exists(kernelDevice))) {
      return no("VirtualBox's kernel module vboxdrv is not loaded.", 'sudo modprobe vboxdrv; if there is no such module: sudo /sbin/vboxconfig, or sudo apt-get install virtualbox-dkms. With Secure Boot it has to be signed.');
    }
    const { name, missing, warning } = await accelerator(platform, settings, await vbox.hostInfo());
    if (missing) return no(missing.reason, missing.remedy);
    const reason = [newerVersion(version), warning].filter((text) => text !== undefined).join(' ');
    return { ...found, usable: true, ...(name && { accelerator: name }), ...(reason && { reason }) };
  } catch (error) {
    if (!(error instanceof VBoxManageError)) throw error;
    return { usable: false, program, reason: `${program} does not work: ${error.reason || error.message}`, remedy: error.remedy.join('; ') || installRemedy(platform) };
  }
}

function newerVersion({ support, text }: VirtualBoxVersion): string | undefined {
  return support === 'newer' ? `VirtualBox ${text} is newer than any that this b2d was tried with.` : undefined;
}
