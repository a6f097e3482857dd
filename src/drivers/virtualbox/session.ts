import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { findVBoxManage, openVirtualBox, type VBoxManageSearch, type VirtualBox } from '../../virtualbox/index.ts';
import { parseSettings } from './settings.ts';

/** Where VirtualBox's program is, as the settings say or as it is found. */
export function searchVirtualBox(platform: Platform, program: string | undefined): Promise<VBoxManageSearch> {
  return findVBoxManage(platform, { ...(program !== undefined && { program }), setting: 'The setting virtualbox.program' });
}

/**
 * Opens VirtualBox for a machine with these settings.
 * @param answerMs a lower limit for every call, where an answer is only worth so much waiting.
 * @throws B2dError (hypervisorMissing)
 */
export async function openFor(platform: Platform, extra: Readonly<Record<string, string>>, answerMs?: number): Promise<VirtualBox> {
  const search = await searchVirtualBox(platform, parseSettings(extra).program);
  if ('missing' in search) {
    throw new B2dError('VirtualBox cannot be used: its program VBoxManage is missing.', { exit: 'hypervisorMissing', reason: search.missing, remedy: installRemedy(platform) });
  }
  return openVirtualBox(answerMs === undefined ? platform : inHaste(platform, answerMs), search.found.program);
}

/** The command that installs VirtualBox here. */
export function installRemedy({ os }: Platform): string {
  if (os === 'win32') return 'winget install --id Oracle.VirtualBox';
  if (os === 'darwin') return 'brew install --cask virtualbox';
  return 'sudo apt-get install virtualbox, or from https://www.virtualbox.org/wiki/Linux_Downloads';
}

/** The platform with a lower limit for every call. */
export function inHaste(platform: Platform, answerMs: number): Platform {
  return { ...platform, run: (file, args, options = {}) => platform.run(file, args, { ...options, timeoutMs: Math.min(options.timeoutMs ?? answerMs, answerMs) }) };
}
