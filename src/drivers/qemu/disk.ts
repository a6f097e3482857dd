import fs from 'node:fs/promises';
import { B2dError } from '../../errors.ts';
import { exists, storageError } from '../../platform/files.ts';
import type { Platform } from '../../platform/platform.ts';
import { renameNew } from '../../platform/rename.ts';
import { DATA_NODE } from './arguments.ts';
import type { QmpSession } from './qmp.ts';

const MIB = 1024 * 1024;

/**
 * Makes the growable data disk, or checks the one that is there; never overwrites one. It is made beside and linked to its
 * name, so that a cut leaves no half disk.
 */
export async function createDisk(platform: Platform, img: string, file: string, sizeMiB: number): Promise<void> {
  if (await exists(file)) return void (await virtualSize(file));
  const beside = `${file}.partial`;
  await fs.rm(beside, { force: true });
  await runImg(platform, img, ['create', '-q', '-f', 'qcow2', '-o', 'lazy_refcounts=off', beside, `${sizeMiB}M`], `make the data disk ${file}`);
  await renameNew(beside, file);
}

/**
 * The size in bytes that the guest sees, from the image's header
 * (https://www.qemu.org/docs/master/interop/qcow2.html: magic "QFI\xfb", size at byte 24, big-endian).
 * @throws B2dError (storage) when the file is not a qcow2 image.
 */
export async function virtualSize(file: string): Promise<number> {
  const header = Buffer.alloc(32);
  try {
    const handle = await fs.open(file, 'r');
    await handle.read(header, 0, header.length, 0).finally(() => handle.close());
  } catch (error) {
    throw storageError('read', file, error);
  }
  if (header.toString('latin1', 0, 4) !== 'QFI\u00fb') {
    throw new B2dError(`${file} is not a qcow2 disk.`, {
      exit: 'storage',
      reason: 'Another program wrote to it, or it was put there by hand. b2d leaves it as it is.',
      remedy: 'Move the file away and run the command again, or restore it from a backup.',
    });
  }
  return Number(header.readBigUInt64BE(24));
}

/** Bytes to grow the disk to, or undefined when it has that size. @throws B2dError (storage) when it would have to shrink. */
export async function growthTarget(file: string, sizeMiB: number): Promise<number | undefined> {
  const present = await virtualSize(file);
  const wanted = sizeMiB * MIB;
  if (wanted === present) return undefined;
  if (wanted > present) return wanted;
  throw new B2dError(`The data disk cannot shrink from ${Math.ceil(present / MIB)} MiB to ${sizeMiB} MiB.`, {
    exit: 'storage', reason: 'The end of the disk may hold data.', remedy: `Ask for ${Math.ceil(present / MIB)} MiB or more.`,
  });
}

/** Grows the disk of a machine that is off. */
export async function growOffline(platform: Platform, img: string, file: string, bytes: number): Promise<void> {
  await runImg(platform, img, ['resize', '-q', '-f', 'qcow2', file, String(bytes)], `grow the data disk ${file}`);
}

/** Grows the disk of a running machine; the guest sees the new size at once. */
export async function growOnline(session: QmpSession, bytes: number): Promise<void> {
  await session.execute('block_resize', { 'node-name': DATA_NODE, size: bytes }, 30_000);
}

/** Runs qemu-img. @throws B2dError with its own words. */
export async function runImg(platform: Platform, img: string, args: readonly string[], what: string): Promise<string> {
  const { code, stdout, stderr } = await platform.run(img, args, { timeoutMs: 10 * 60_000 });
  if (code === 0) return stdout;
  const words = stderr.trim().replace(/^qemu-img: /gm, '');
  const locked = /Failed to get .*lock/.test(words);
  throw new B2dError(`qemu-img could not ${what}.`, {
    exit: locked ? 'busy' : /No space left|Permission denied|Read-only file system/i.test(words) ? 'storage' : 'hypervisorFailed',
    reason: locked ? 'Another QEMU or qemu-img has the disk open.' : words,
    remedy: locked ? 'b2d down' : 'Check the free space and the rights of the folder.',
  });
}

/** A file name of QEMU's that states the format and takes any path (`json:` pseudo-protocol). */
export function imageReference(file: string): string {
  return `json:${JSON.stringify({ driver: 'qcow2', file: { driver: 'file', filename: file } })}`;
}
