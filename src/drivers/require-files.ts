import fs from 'node:fs/promises';
import { B2dError } from '../errors.ts';
import { storageError } from '../platform/files.ts';
import type { MachineSpec } from './driver.ts';

/** Looks at what a start needs, before a hypervisor tells of it in its own words. @throws B2dError naming the file that cannot be read. */
export async function requireFiles({ imageFile, configDriveFile }: MachineSpec, dataDisk: string): Promise<void> {
  for (const [what, file] of [['boot image', imageFile], ['config drive', configDriveFile], ['data disk', dataDisk]] as const) {
    try {
      await (await fs.open(file, 'r')).close();
    } catch (error) {
      const found = storageError('read', file, error);
      throw new B2dError(`The ${what} ${file} cannot be read.`, { exit: what === 'boot image' ? 'imageInvalid' : 'storage', ...(found.reason && { reason: found.reason }), remedy: 'b2d up', cause: error });
    }
  }
}
