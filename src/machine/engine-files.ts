import { listAuthorities } from '../ca/store.ts';
import type { ConfigDriveFiles } from './config-drive.ts';
import { daemonMembers, daemonSettings } from './daemon-settings.ts';
import { guestProxy } from './guest-proxy.ts';
import type { Workspace } from './workspace.ts';

/** The members of the config drive that are the engine's settings: `daemon/*` and `ca-certificates/*`. They can be given to a machine that runs, too. */
export async function engineFiles(workspace: Workspace): Promise<ConfigDriveFiles> {
  const authorities = await listAuthorities(workspace, workspace.progress.note);
  return {
    ...daemonMembers(await daemonSettings(workspace)),
    ...Object.fromEntries(authorities.map(({ name, pem }) => [`ca-certificates/${name}.pem`, pem])),
  };
}

/** The member `environment`: the proxy of the settings, else the host's, as it is now. It may hold a password. */
export function environmentFile({ platform, network, progress }: Workspace): ConfigDriveFiles {
  const { variables, notes } = guestProxy(platform.env, network.proxy);
  for (const note of notes) progress.note(note);
  return { environment: Object.entries(variables).map(([name, value]) => `${name}=${value}\n`).join('') };
}
