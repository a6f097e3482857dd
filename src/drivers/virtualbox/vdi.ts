import fs from 'node:fs/promises';
import { B2dError } from '../../errors.ts';
import { storageError } from '../../platform/files.ts';

/** What the header of a VDI file says. */
export interface VdiHeader {
  uuid: string;
  capacityMiB: number;
}

const MIB = 1024 * 1024;
/** src/VBox/Storage/VDICore.h of VirtualBox: VDIPREHEADER (text, signature, version), then VDIHEADER1PLUS. */
const SIGNATURE = { value: 0xbeda107f, at: 0x40 };
const DISK_SIZE = 0x170;
const IMAGE_UUID = 0x188;
const LENGTH = 0x198;

/** Reads it without VirtualBox, which locks the file while the machine runs. @throws B2dError (storage) when it is not a VDI. */
export async function readVdiHeader(file: string): Promise<VdiHeader> {
  const header = Buffer.alloc(LENGTH);
  try {
    const handle = await fs.open(file, 'r');
    await handle.read(header, 0, LENGTH, 0).finally(() => handle.close());
  } catch (error) {
    throw storageError('read', file, error);
  }
  if (header.readUInt32LE(SIGNATURE.at) !== SIGNATURE.value) {
    throw new B2dError(`${file} is not a VDI disk.`, {
      exit: 'storage',
      reason: 'Another program wrote to it, or it was put there by hand. b2d leaves it as it is.',
      remedy: 'Move the file away and run the command again, or restore it from a backup.',
    });
  }
  return { uuid: uuidAt(header, IMAGE_UUID), capacityMiB: Number(header.readBigUInt64LE(DISK_SIZE)) / MIB };
}

/** RTUUID: the first three fields are little-endian. */
function uuidAt(header: Buffer, at: number): string {
  const field = (from: number, length: number): string => header.subarray(at + from, at + from + length).toString('hex');
  const swapped = (from: number, length: number): string => Buffer.from(header.subarray(at + from, at + from + length)).reverse().toString('hex');
  return [swapped(0, 4), swapped(4, 2), swapped(6, 2), field(8, 2), field(10, 6)].join('-');
}
