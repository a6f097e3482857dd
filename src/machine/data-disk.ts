import fs from 'node:fs/promises';
import { CannotGrowYetError } from '../drivers/errors.ts';
import { messageOf } from '../errors.ts';
import type { Machine } from './machine.ts';
import { runAsRoot } from './ssh.ts';
import type { Workspace } from './workspace.ts';

/** Where the guest mounts it (docs/guest-start.md). */
const MOUNT_POINT = '/mnt/data';

/** A shell line that sets `device` to the disk that is mounted there, `vda`; nothing is, without a data disk. */
const FIND_DEVICE = `device=$(awk '$2 == "${MOUNT_POINT}" { sub("/dev/", "", $1); print $1; exit }' /proc/mounts) && [ -n "$device" ]`;

/**
 * Grows the data disk to the recorded size: at once where the hypervisor can, with the file system of a guest that runs. The caller holds the machine's lock.
 * @returns false where the next start does it.
 * @throws CannotGrowYetError where a start cannot either; B2dError (storage) when it would have to shrink.
 */
export async function growDataDisk(workspace: Workspace, machine: Machine): Promise<boolean> {
  const { driver, spec } = machine;
  if ((await driver.dataDisk(spec)) === undefined) return false;
  try {
    await driver.resize(spec);
  } catch (error) {
    if (error instanceof CannotGrowYetError && error.until === 'off') return false;
    throw error;
  }
  const { state } = await driver.state(spec);
  if (state !== 'running') return state !== 'paused';
  try {
    await runAsRoot(workspace, machine, growFileSystem(spec.diskMiB));
    return true;
  } catch (error) {
    workspace.progress.note(`The guest could not be told to use the new size (${messageOf(error)}).`);
    return false;
  }
}

/** The guest hears of the new size in its own time. What grows the file system is what does so at a start. */
function growFileSystem(sizeMiB: number): string {
  const waitForSize = `tries=0; while [ "$(cat /sys/class/block/$device/size)" -lt ${sizeMiB * 2048} ]; do tries=$((tries + 1)); [ $tries -le 50 ] || { echo "the disk has its old size" >&2; exit 1; }; sleep 0.2; done`;
  return `${FIND_DEVICE} && { ${waitForSize}; } && /usr/libexec/b2d/data-disk grow /dev/$device ${MOUNT_POINT}`;
}

/** Sizes of the data disk, in bytes. */
export interface DiskUsage {
  /** The file on this computer; null before the first start. */
  file: string | null;
  /** What the disk can grow to. */
  capacityBytes: number;
  /** What the file takes on this computer. */
  hostBytes: number;
  /** What everything of the machine takes on this computer: snapshots and suspended states of VirtualBox are files of their own. */
  folderBytes: number;
  /** The guest's file system; only while it runs. */
  guest?: { sizeBytes: number; usedBytes: number; freeBytes: number };
}

/** How full the data disk is, in the guest and on this computer. */
export async function diskUsage(workspace: Workspace, machine: Machine): Promise<DiskUsage> {
  const { driver, spec, paths } = machine;
  const running = (await driver.state(spec)).state === 'running';
  const guest = running ? await runAsRoot(workspace, machine, `df -k ${MOUNT_POINT}`).then(readDf, (error: unknown) => void workspace.progress.note(messageOf(error))) : undefined;
  return { capacityBytes: spec.diskMiB * 1024 ** 2, ...(await hostFile(machine)), folderBytes: await allocated(workspace, paths.directory), ...(guest && { guest }) };
}

/** The data disk's file, null before the first start, and what it takes on this computer. */
async function hostFile({ driver, spec }: Machine): Promise<{ file: string | null; hostBytes: number }> {
  const file = await driver.dataDisk(spec);
  return { file: file ?? null, hostBytes: file === undefined ? 0 : allocatedBy(await fs.lstat(file)) };
}

/** The numbers of `df -k`, in bytes; its columns are those of POSIX. */
export function readDf(text: string): { sizeBytes: number; usedBytes: number; freeBytes: number } {
  const [size = 0, used = 0, free = 0] = (/\s(\d+)\s+(\d+)\s+(\d+)\s+\d+%\s/.exec(text)?.slice(1) ?? []).map((kibibytes) => Number(kibibytes) * 1024);
  return { sizeBytes: size, usedBytes: used, freeBytes: free };
}

/** What a file, or a folder with all that is in it, takes on the disk. One that vanishes meanwhile counts for nothing. */
async function allocated(workspace: Workspace, place: string): Promise<number> {
  const stat = await fs.lstat(place).catch(() => undefined);
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return allocatedBy(stat);
  const entries = await fs.readdir(place).catch(() => []);
  const sizes = await Promise.all(entries.map((name) => allocated(workspace, workspace.platform.path.join(place, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Bytes on the disk: st_blocks counts in 512 on every system, whatever the file system's own blocks. */
export function allocatedBy({ blocks }: { blocks: number }): number {
  return blocks * 512;
}

/** Gives what the guest does not use back to this computer. @throws B2dError (machineNotRunning, notReady, failure). */
export async function trimDataDisk(workspace: Workspace, machine: Machine): Promise<{ file: string | null; hostBytesBefore: number; hostBytesAfter: number }> {
  const { hostBytes: hostBytesBefore } = await hostFile(machine);
  await workspace.progress.step('Trimming the data disk', () => runAsRoot(workspace, machine, `sync && fstrim ${MOUNT_POINT}`));
  const { file, hostBytes: hostBytesAfter } = await hostFile(machine);
  return { file, hostBytesBefore, hostBytesAfter };
}
