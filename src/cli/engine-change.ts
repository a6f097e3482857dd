import { Flags } from '@oclif/core';
import { machineFlag } from '../machine/errors.ts';
import { openMachine, withMachine } from '../machine/machine.ts';
import { machinesDirectory } from '../machine/paths.ts';
import { listMachines } from '../machine/record.ts';
import { restartEngine, type RestartEngineOptions } from '../machine/restart-engine.ts';
import type { Workspace } from '../machine/workspace.ts';

/** For the commands that change what engines are told. */
export const engineChangeFlags = {
  restart: Flags.boolean({ description: 'Restart the engine of a running machine, so that the change counts at once. Containers go on, except in Swarm mode.', default: true, allowNo: true }),
};

/** Restarts the engine with the current settings, and tells what that meant. */
export async function restartEngineAndTell(workspace: Workspace, name: string, options: RestartEngineOptions): Promise<{ containers: string }> {
  const result = await withMachine(workspace, name, 'engine restart', async () => restartEngine(workspace, await openMachine(workspace, name), options));
  workspace.progress.note(`The engine of "${name}" was restarted. Its containers ${result.containers === 'kept' ? 'went on' : 'were stopped; those with a restart policy start again'}.`);
  return result;
}

/**
 * After a change: brings it to the machine that is meant where it runs, and tells when it counts elsewhere.
 * @returns whether it counts in that machine now
 */
export async function bringToEngine(workspace: Workspace, name: string, restart: boolean): Promise<boolean> {
  const machines = await listMachines(machinesDirectory(workspace.platform, workspace.home));
  const applied = restart && machines.includes(name) && (await restartIfRunning(workspace, name));
  const [later] = machines.filter((other) => other !== name || !applied);
  if (later !== undefined) workspace.progress.note(`${applied ? 'Other machines get it at their next start' : 'It counts from the next start on'}; one that runs gets it at once by:  b2d engine restart${machineFlag(later)}`);
  return applied;
}

async function restartIfRunning(workspace: Workspace, name: string): Promise<boolean> {
  const { driver, spec } = await openMachine(workspace, name);
  if ((await driver.state(spec)).state !== 'running') return false;
  await restartEngineAndTell(workspace, name, { proxy: false });
  return true;
}
