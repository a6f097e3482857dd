import { loadSettings, type LoadOptions, type Settings } from '../config/load.ts';
import { machinePaths } from '../machine/paths.ts';
import { readRecord } from '../machine/record.ts';
import type { Workspace } from '../machine/workspace.ts';

/** The settings in force for a machine: where it is there, its own stand between config.toml and the variables. */
export async function machineSettings({ platform, home }: Workspace, name: string, settings: Settings, load: LoadOptions): Promise<Settings> {
  const { record: file } = machinePaths(platform, home, name);
  const record = await readRecord(file);
  if (record === undefined) return settings;
  const { memoryMiB: memory, cpus, diskMiB: disk, driver, image, extra, hostAccess = true } = record;
  return loadSettings({ ...load, machine: { file, values: { memory, cpus, disk, driver, iso: image.source, 'host-access': hostAccess ? 'on' : 'off' }, extra } });
}
