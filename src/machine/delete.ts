import fs from 'node:fs/promises';
import { storageError } from '../platform/files.ts';
import type { Machine } from './machine.ts';
import type { Workspace } from './workspace.ts';

/**
 * Deletes the machine with its data disk; the user was asked before. machine.json goes last, so that a call cut off
 * leaves a machine that `delete` finishes. The shared image stays. The caller holds the machine's lock.
 */
export async function deleteMachine(workspace: Workspace, machine: Machine): Promise<void> {
  const { driver, spec, paths } = machine;
  await workspace.progress.step(`Deleting "${machine.record.name}"`, async () => {
    await driver.powerOff(spec);
    await driver.destroy(spec);
    const { join } = workspace.platform.path;
    for (const entry of await fs.readdir(paths.directory)) {
      if (join(paths.directory, entry) !== paths.record) await remove(join(paths.directory, entry));
    }
    await remove(paths.directory);
  });
}

async function remove(target: string): Promise<void> {
  await fs.rm(target, { recursive: true, force: true, maxRetries: 5 }).catch((error: unknown) => { throw storageError('remove', target, error); });
}
