import type { PlatformPath } from 'node:path';
import type { MachineSpec } from '../driver.ts';

/** The files this driver makes or has VirtualBox make for a machine; docs/drivers/virtualbox.md describes each. */
export interface VirtualBoxFiles {
  /** VirtualBox's `basefolder`: it makes a folder of the machine's name in it. */
  folder: string;
  dataDisk: string;
  /** The data disk while it is made. */
  partialDisk: string;
}

export function virtualBoxFiles(spec: Pick<MachineSpec, 'directory' | 'dataDiskBase'>, rules: PlatformPath): VirtualBoxFiles {
  const dataDisk = `${spec.dataDiskBase}.vdi`;
  return { folder: baseFolder(spec.directory, rules), dataDisk, partialDisk: `${dataDisk}.partial` };
}

export function baseFolder(directory: string, rules: PlatformPath): string {
  return rules.join(directory, 'virtualbox');
}

/** VirtualBox's log of the machine's present or last run. */
export function logFile(machineFolder: string, rules: PlatformPath): string {
  return rules.join(machineFolder, 'Logs', 'VBox.log');
}
