import type { Platform } from '../platform/platform.ts';

/** Where a machine's SSH files are; docs/files.md describes each. */
export interface SshPaths {
  directory: string;
  /** The user's key: what `b2d ssh` and `ssh -i` log in with. */
  userKey: string;
  userPublicKey: string;
  /** The guest's key, handed over on the config drive. */
  hostKey: string;
  hostPublicKey: string;
  knownHosts: string;
}

export function sshPaths(platform: Platform, machineDirectory: string): SshPaths {
  const directory = platform.path.join(machineDirectory, 'ssh');
  const file = (name: string): string => platform.path.join(directory, name);
  return {
    directory,
    userKey: file('id_ed25519'),
    userPublicKey: file('id_ed25519.pub'),
    hostKey: file('host_ed25519'),
    hostPublicKey: file('host_ed25519.pub'),
    knownHosts: file('known_hosts'),
  };
}
