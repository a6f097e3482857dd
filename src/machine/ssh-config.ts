import fs from 'node:fs/promises';
import { exists, makePrivateDirectory, writeAtomic } from '../platform/files.ts';
import { withLock } from '../platform/lock.ts';
import type { Platform } from '../platform/platform.ts';
import { sshHostBlock, type SshHost } from '../ssh/config-block.ts';
import { hostKeyAlias } from '../ssh/known-hosts.ts';
import { sshPaths } from '../ssh/paths.ts';
import { addInclude, removeInclude } from '../ssh/user-config.ts';
import { machineNotRunning } from './errors.ts';
import { findMachines, readableMachines } from './find.ts';
import { LOOPBACK } from './loopback.ts';
import type { Machine } from './machine.ts';
import { clientName } from './name.ts';
import type { Workspace } from './workspace.ts';

/** What the system's ssh needs to know of a machine. @throws B2dError (machineNotRunning) when it was never started */
export function sshHost(platform: Platform, { record, paths }: Machine): SshHost {
  const { name, ports } = record;
  if (ports.ssh === undefined) throw machineNotRunning(name, { state: 'stopped', detail: 'It was never started.' });
  const { userKey, knownHosts } = sshPaths(platform, paths.directory);
  return { host: clientName(name), hostName: LOOPBACK, port: ports.ssh, user: 'docker', identityFile: userKey, userKnownHostsFile: knownHosts, hostKeyAlias: hostKeyAlias(name) };
}

/** The file that the user's configuration includes once it is installed: a block for each machine. */
export function sshConfigFile({ platform, home }: Pick<Workspace, 'platform' | 'home'>): string {
  return platform.path.join(home, 'ssh_config');
}

/** Writes the file and lets the user's ssh configuration include it. @returns whether it was not included before @throws B2dError (usage, stateUnreadable, storage) */
export function installSshConfig(workspace: Workspace): Promise<boolean> {
  return locked(workspace, async () => {
    await write(workspace);
    return addInclude(workspace.platform, sshConfigFile(workspace));
  });
}

/** Brings the file up to date where it is installed. `without`: a machine that is just being deleted. */
export async function refreshSshConfig(workspace: Workspace, without?: string): Promise<void> {
  if (await exists(sshConfigFile(workspace))) await locked(workspace, () => write(workspace, without));
}

/** Takes back what `installSshConfig` did. @throws B2dError (stateUnreadable, storage) */
export function removeSshConfig(workspace: Workspace): Promise<'removed' | 'absent' | 'by hand'> {
  return locked(workspace, async () => {
    const file = sshConfigFile(workspace);
    const removed = await removeInclude(workspace.platform, file);
    await fs.rm(file, { force: true });
    return removed;
  });
}

/** ssh refuses an included file that others can write. */
async function write(workspace: Workspace, without?: string): Promise<void> {
  const machines = readableMachines(await findMachines(workspace)).filter(({ record }) => record.ports.ssh !== undefined && record.name !== without);
  const blocks = machines.map((machine) => sshHostBlock(workspace.platform, sshHost(workspace.platform, machine)));
  await makePrivateDirectory(workspace.platform, workspace.home);
  await writeAtomic(sshConfigFile(workspace), ['# Written by b2d; changes are lost at the next "b2d up".\n', ...blocks].join('\n'), 0o600);
}

/** Two machines may come up at once: whoever writes last has read last. */
function locked<T>({ platform, home }: Workspace, work: () => Promise<T>): Promise<T> {
  const file = platform.path.join(home, 'locks', '.ssh-config.lock'); // no machine's name begins with a dot
  return withLock(platform, file, { purpose: 'ssh-config', waitMs: 60_000, busy: 'Another b2d works on the ssh configuration.' }, work);
}
