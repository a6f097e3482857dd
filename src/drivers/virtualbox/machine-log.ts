import type { Platform } from '../../platform/platform.ts';
import { baseFolder, logFile } from './layout.ts';
import type { MachinePlace } from './process.ts';
import { findSettingsFile } from './settings-file.ts';

/** VirtualBox's log of the machine. VirtualBox begins a new one at each start. */
export async function machineLog(platform: Platform, place: MachinePlace): Promise<string> {
  const base = baseFolder(place.directory, platform.path);
  const settings = await findSettingsFile(platform, base, place.uuid);
  return logFile(settings?.folder ?? base, platform.path);
}
