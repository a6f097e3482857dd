import type { Platform } from '../../platform/platform.ts';
import { carriesMark, type ProcessMark } from '../process-identity.ts';
import { baseFolder, logFile } from './layout.ts';
import { processId } from './log.ts';
import { machineFolders } from './settings-file.ts';

/** A machine's place, as far as its process is concerned; a `MachineSpec` is one. */
export interface MachinePlace {
  directory: string;
  uuid: string;
}

/** How VirtualBox's process of the machine shows on its command line: `VBoxHeadless --comment NAME --startvm UUID ...`, VirtualBoxVM in a window. */
export function processMark(uuid: string): ProcessMark {
  return { words: `--startvm ${uuid}`, program: 'V' };
}

/** The process that runs the machine: the one its log names, proved by its command line. Asks nothing of VirtualBox. */
export async function runningProcess(platform: Platform, { directory, uuid }: MachinePlace): Promise<number | undefined> {
  for (const folder of await machineFolders(platform, baseFolder(directory, platform.path))) {
    const pid = await processId(logFile(folder, platform.path));
    if (pid !== undefined && (await carriesMark(platform, pid, processMark(uuid)))) return pid;
  }
  return undefined;
}
