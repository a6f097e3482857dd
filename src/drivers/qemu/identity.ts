import fs from 'node:fs/promises';
import type { Platform } from '../../platform/platform.ts';
import { carriesMark, type ProcessMark } from '../process-identity.ts';
import { qemuFiles, type MachinePlace } from './layout.ts';

/** The number in QEMU's pid file, or undefined. */
export async function readPid(file: string): Promise<number | undefined> {
  const pid = Number.parseInt(await fs.readFile(file, 'utf8').catch(() => ''), 10);
  return pid > 0 ? pid : undefined;
}

/** How this machine's QEMU shows on its command line. */
export function qemuMark(uuid: string): ProcessMark {
  return { words: `-uuid ${uuid}`, program: 'qemu' };
}

/** Whether that process is this machine's QEMU; undefined where it cannot be told. */
export function isThisMachine(platform: Platform, pid: number, uuid: string): Promise<boolean | undefined> {
  return carriesMark(platform, pid, qemuMark(uuid));
}

/**
 * Whether Linux itself shows a process that is this machine's QEMU, whatever it does just now. False where that takes more
 * than reading a file, on macOS and Windows: then QEMU must be asked.
 */
export async function hasProvenProcess(platform: Platform, machine: MachinePlace): Promise<boolean> {
  if (platform.os !== 'linux') return false;
  const pid = await readPid(qemuFiles(machine, platform.path).pidFile);
  return pid !== undefined && (await isThisMachine(platform, pid, machine.uuid)) === true;
}
