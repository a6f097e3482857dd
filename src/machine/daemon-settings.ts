import { registryFileOf, readRegistryFile } from '../config/registry-file.ts';
import type { Registries } from '../config/registries.ts';
import type { ConfigDriveFiles } from './config-drive.ts';
import type { Workspace } from './workspace.ts';

/** Keys of the engine's daemon.json with their values: https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file */
export type DaemonSettings = Readonly<Record<string, unknown>>;

/** What an engine is told beyond what its image says: what b2d itself knows, then what the user wants. */
export async function daemonSettings(workspace: Workspace): Promise<DaemonSettings> {
  const { mirrors, insecure } = await knownRegistries(workspace);
  return {
    ...(mirrors.length > 0 && { 'registry-mirrors': mirrors }),
    ...(insecure.length > 0 && { 'insecure-registries': insecure }),
    ...workspace.engine.settings,
  };
}

/** The registries of the settings and of `b2d registry`, each once. */
export async function knownRegistries({ platform, home, engine }: Workspace): Promise<Registries> {
  const kept = await readRegistryFile(registryFileOf(platform, home));
  const both = (list: keyof Registries): string[] => [...new Set([...engine.registries[list], ...kept[list]])];
  return { mirrors: both('mirrors'), insecure: both('insecure') };
}

/**
 * The settings as members of the config drive, each a file with the JSON of its value: the guest lays them over its own without a parser (docs/guest-start.md). A table takes the
 * place of the image's, but for `features`, which are merged: they have nothing to do with each other, and the image's default decides where images are kept.
 */
export function daemonMembers(settings: DaemonSettings): ConfigDriveFiles {
  const { features, ...others } = withOwnLogOptions(settings);
  const members = Object.entries(others).map(([key, value]) => [key, value]);
  const merged = Object.entries((features ?? {}) as object).map(([name, value]) => [`features/${name}`, value]);
  return Object.fromEntries([...members, ...merged].map(([name, value]) => [`daemon/${name}`, `${JSON.stringify(value)}\n`]));
}

/** The image's options for its log driver mean nothing to another one, which would refuse them. */
function withOwnLogOptions(settings: DaemonSettings): DaemonSettings {
  return 'log-driver' in settings ? { 'log-opts': {}, ...settings } : settings;
}
