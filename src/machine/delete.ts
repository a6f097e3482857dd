import fs from 'node:fs/promises';
import { codeOf } from '../errors.ts';
import { storageError } from '../platform/files.ts';
import { disconnectClients } from './clients.ts';
import { stateUnknown } from './errors.ts';
import type { Machine } from './machine.ts';
import { endForwarder } from './port-forwarder.ts';
import type { Workspace } from './workspace.ts';

/** What b2d itself keeps in a machine's folder beside machine.json, docs/files.md; the driver removes what it made. */
const OWN = /^(docker|tls|ssh|config\.iso(\.\d+.*)?|machine\.json\..+|port-forwarder\..+|autostart\.log)$/;

/**
 * Deletes the machine with its data disk; the user was asked before. machine.json goes last, so that a call cut off
 * leaves a machine that `delete` finishes. The shared image stays, and so does what b2d did not make. The caller holds the machine's lock.
 * @returns the files in its folder that are not b2d's.
 * @throws B2dError (hypervisorFailed) when the hypervisor does not tell the machine's state: then nothing is deleted.
 */
export async function deleteMachine(workspace: Workspace, machine: Machine): Promise<string[]> {
  const { driver, spec, paths, record } = machine;
  const { join } = workspace.platform.path;
  return workspace.progress.step(`Deleting "${record.name}"`, async () => {
    const report = await driver.state(spec);
    if (report.state === 'unknown') throw stateUnknown(record.name, report, 'Nothing was deleted.');
    await driver.powerOff(spec);
    await endForwarder(workspace, machine);
    await driver.destroy(spec);
    await disconnectClients(workspace, machine);
    for (const entry of await fs.readdir(paths.directory)) {
      if (OWN.test(entry)) await remove(join(paths.directory, entry));
    }
    await remove(paths.record);
    return removeIfEmpty(paths.directory);
  });
}

async function remove(target: string): Promise<void> {
  await fs.rm(target, { recursive: true, force: true, maxRetries: 5 }).catch((error: unknown) => { throw storageError('remove', target, error); });
}

async function removeIfEmpty(directory: string): Promise<string[]> {
  try {
    await fs.rmdir(directory);
    return [];
  } catch (error) {
    const left = await fs.readdir(directory).catch(() => []);
    if (left.length > 0 || codeOf(error) === 'ENOENT') return left;
    throw storageError('remove', directory, error);
  }
}
