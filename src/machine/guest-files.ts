import fs from 'node:fs/promises';
import type { ConfigDriveFiles } from './config-drive.ts';
import { engineFiles, environmentFile } from './engine-files.ts';
import type { Machine } from './machine.ts';
import { sharesFile } from './shares/guest.ts';
import { offeredShares } from './shares/offer.ts';
import type { Workspace } from './workspace.ts';

/** Config-drive member -> file in the machine's folder. */
const MATERIAL = {
  'authorized_keys': ['ssh', 'id_ed25519.pub'],
  'ssh/host_ed25519': ['ssh', 'host_ed25519'],
  'tls/ca.pem': ['docker', 'ca.pem'],
  'tls/server.pem': ['tls', 'server.pem'],
  'tls/server-key.pem': ['tls', 'server-key.pem'],
} as const;

/** Everything the guest is told before it boots. The time is the host's, in UTC seconds: a first step of the guest's clock. */
export async function guestFiles(workspace: Workspace, machine: Machine): Promise<ConfigDriveFiles> {
  const { join } = workspace.platform.path;
  const files: Record<string, string> = {
    hostname: `${machine.record.name}\n`,
    time: `${Math.floor(workspace.now().getTime() / 1000)}\n`,
    shares: await sharesFile(workspace, offeredShares(machine)),
    'host-access': (machine.record.hostAccess ?? true) ? 'on\n' : 'off\n',
    ...(await engineFiles(workspace)),
    ...environmentFile(workspace),
  };
  for (const [member, parts] of Object.entries(MATERIAL)) files[member] = await fs.readFile(join(machine.paths.directory, ...parts), 'utf8');
  return files;
}
