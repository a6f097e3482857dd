import fs from 'node:fs';
import type { Platform } from '../../platform/platform.ts';
import { baseFolder, logFile } from './layout.ts';
import type { MachinePlace } from './process.ts';

/** VirtualBox's logs of the machine's last two runs, and, on Windows, of what its hardening refused. */
export function logFiles(platform: Platform, { directory }: Pick<MachinePlace, 'directory'>): string[] {
  const folder = baseFolder(directory, platform.path);
  return subfolders(folder).flatMap((name) => {
    const log = logFile(platform.path.join(folder, name), platform.path);
    return [log, `${log}.1`, ...(platform.os === 'win32' ? [platform.path.join(platform.path.dirname(log), 'VBoxHardening.log')] : [])];
  });
}

function subfolders(folder: string): string[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
  } catch {
    return [];
  }
}
