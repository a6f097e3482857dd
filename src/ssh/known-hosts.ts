import { readIfThere, writeAtomic } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { sshPaths } from './paths.ts';

/** The name ssh knows a machine by, whatever port it has: `HostKeyAlias` in an ssh configuration. */
export function hostKeyAlias(machineName: string): string {
  return `b2d-${machineName}`;
}

export interface KnownHost {
  machineName: string;
  /** The host key, `ssh-ed25519 BASE64`. */
  hostPublicKey: string;
  /** The host port of the SSH NAT rule, once it is known. */
  port?: number;
}

/**
 * Writes the machine's `known_hosts` (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"), so that the system's own ssh and scp
 * pin the same key as b2d. One line; written only when it differs.
 * @throws B2dError (storage)
 */
export async function writeKnownHosts(platform: Platform, machineDirectory: string, host: KnownHost): Promise<void> {
  const file = sshPaths(platform, machineDirectory).knownHosts;
  const names = [...(host.port === undefined ? [] : [`[127.0.0.1]:${host.port}`]), hostKeyAlias(host.machineName)];
  const line = `${names.join(',')} ${host.hostPublicKey}\n`;
  if ((await readIfThere(file)) !== line) await writeAtomic(file, line);
}

/** Whether the file already has this machine's line, with or without a port. */
export async function knowsHost(platform: Platform, machineDirectory: string, host: KnownHost): Promise<boolean> {
  const [names = '', ...key] = ((await readIfThere(sshPaths(platform, machineDirectory).knownHosts)) ?? '').trimEnd().split(' ');
  return names.split(',').includes(hostKeyAlias(host.machineName)) && key.join(' ') === host.hostPublicKey;
}
