import fs from 'node:fs/promises';
import { B2dError } from '../errors.ts';
import { storageError } from '../platform/files.ts';
import type { DataFormat } from './data-format.ts';

/** ECMA-119: the primary volume descriptor is in sector 16 of 2048 bytes, type 1, with the identifier CD001. */
const SECTOR = 2048;
const DESCRIPTOR_OFFSET = 16 * SECTOR;

/** Fields of the primary volume descriptor: [offset, length] (ECMA-119, 8.4). */
const FIELD = { volumeId: [40, 32], application: [574, 128] } as const;
const VOLUME_SPACE_SIZE = 80;

export interface IsoInfo {
  volumeId: string;
  /** b2d's images say `b2d VERSION ARCHITECTURE docker VERSION data FORMAT DRIVER,DRIVER` here. */
  application: string;
  /** Of a b2d image; empty for any other, as are the architecture (Debian's name) and the engine's version. */
  version: string;
  arch: string;
  engine: string;
  /** Undefined where it does not say. */
  data: DataFormat | undefined;
  /** Bytes that the file system needs. */
  size: number;
}

/**
 * Reads what an ISO says of itself, without mounting or booting it.
 * @throws B2dError (imageInvalid) when the file is missing, empty, not an ISO, or shorter than its file system.
 */
export async function inspectIso(file: string): Promise<IsoInfo> {
  const { descriptor, fileSize } = await readDescriptor(file);
  if (fileSize === 0) throw invalid(file, 'The file is empty.');
  if (descriptor.length < SECTOR || descriptor[0] !== 1 || descriptor.toString('latin1', 1, 6) !== 'CD001') {
    throw invalid(file, 'It is not an ISO 9660 image.');
  }
  const text = ([offset, length]: readonly [number, number]): string => descriptor.toString('latin1', offset, offset + length).trim();
  const size = descriptor.readUInt32LE(VOLUME_SPACE_SIZE) * SECTOR;
  if (fileSize < size) {
    throw invalid(file, `It is truncated: ${fileSize} of ${size} bytes are there.`);
  }
  const application = text(FIELD.application);
  return { volumeId: text(FIELD.volumeId), application, ...describe(application), size };
}

/** Reads an application id. Early images have the first three words alone. */
function describe(application: string): Pick<IsoInfo, 'version' | 'arch' | 'engine' | 'data'> {
  const [, version = '', arch = '', engine = '', format, drivers = ''] = /^b2d (\S+) (\S+)(?: docker (\S+) data (\d+) (\S+))?/i.exec(application) ?? [];
  return { version, arch: arch.toLowerCase(), engine, data: format === undefined ? undefined : { format: Number(format), storageDrivers: drivers.split(',') } };
}

async function readDescriptor(file: string): Promise<{ descriptor: Buffer; fileSize: number }> {
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw invalid(file, 'There is no such file.');
    throw storageError('read', file, error);
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw invalid(file, 'It is not a file.');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SECTOR), 0, SECTOR, DESCRIPTOR_OFFSET);
    return { descriptor: buffer.subarray(0, bytesRead), fileSize: stat.size };
  } finally {
    await handle.close();
  }
}

function invalid(file: string, reason: string): B2dError {
  return new B2dError(`${file} cannot be used as the boot image.`, {
    exit: 'imageInvalid',
    reason,
    remedy: 'Name a b2d image: b2d init --iso PATH-OR-URL',
  });
}
