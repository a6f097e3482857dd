import type { Platform } from '../../platform/platform.ts';
import { baseFolder, logFile } from './layout.ts';
import type { MachinePlace } from './process.ts';
import { findSettingsFile } from './settings-file.ts';

/** VirtualBox's log of the machine. VirtualBox begins a new one at each start. */
export async function machineLog(platform: Platform, place: MachinePlace): Promise<string | undefined> {
  const settings = await findSettingsFile(platform, baseFolder(place.directory, platform.path), place.uuid);
  return settings && logFile(settings.folder, platform.path);
}
