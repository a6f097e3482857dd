import { B2dError } from '../errors.ts';
import { configDrive } from './config-drive.ts';
import { engineFiles, environmentFile } from './engine-files.ts';
import { machineFlag, machineNotRunning } from './errors.ts';
import type { Machine } from './machine.ts';
import { waitUntilReady } from './ready.ts';
import { askAsRoot } from './ssh.ts';
import type { Workspace } from './workspace.ts';

/** The guest's script for it (docs/guest-start.md); it tries the settings before it changes anything. */
const APPLY = '/etc/b2d/apply-settings';

export interface RestartEngineOptions {
  /** Take the host's proxy over, too, as it is now. */
  proxy: boolean;
}

/**
 * Gives the current settings to the engine of a machine that runs, and starts the engine again. Its containers go on, except in Swarm mode. The caller holds the machine's lock.
 * @returns what became of the containers
 * @throws B2dError (machineNotRunning); (failure) with the engine's words where it refuses a setting, and goes on as before
 */
export async function restartEngine(workspace: Workspace, machine: Machine, { proxy }: RestartEngineOptions): Promise<{ containers: 'kept' | 'restarted' }> {
  const { record, driver, spec } = machine;
  const report = await driver.state(spec);
  if (report.state !== 'running') throw machineNotRunning(record.name, report);
  const files = { ...(await engineFiles(workspace)), ...(proxy && environmentFile(workspace)) };
  const containers = await workspace.progress.step('Engine settings', async () => {
    const { code, said } = await askAsRoot(workspace, machine, APPLY, await configDrive(files));
    if (code !== 0) throw refused(machine, said);
    return said.endsWith('containers: kept') ? 'kept' as const : 'restarted' as const;
  });
  await waitUntilReady(workspace, machine);
  return { containers };
}

function refused({ record }: Machine, said: string): B2dError {
  const flag = machineFlag(record.name);
  return new B2dError(`The engine of "${record.name}" did not take the settings.`, {
    exit: 'failure', reason: said.slice(-500), remedy: ['What is set: b2d config, b2d registry ls, b2d ca ls', `When it is corrected: b2d engine restart${flag}`],
  });
}
