import { B2dError } from '../errors.ts';
import { readIfThere } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { publicKeyBytes, readKeyFile } from './key-pair.ts';
import { sshPaths } from './paths.ts';

/** What `connect` needs of a machine that runs. */
export interface LoginKeys {
  privateKey: string;
  hostKey: string;
}

/**
 * Reads the keys of a running machine. Unlike `ensureSshKeys` it makes nothing: a new key here would only be one that
 * the machine does not know, and no lock is needed.
 * @throws B2dError (stateUnreadable) where a file is missing or damaged, (storage) where it cannot be read.
 */
export async function readLoginKeys(platform: Platform, machineDirectory: string): Promise<LoginKeys> {
  const paths = sshPaths(platform, machineDirectory);
  const privateKey = (await readIfThere(paths.userKey)) ?? '';
  if (readKeyFile(privateKey).kind !== 'good') throw damagedError(paths.userKey);
  const [type, key] = ((await readIfThere(paths.hostPublicKey)) ?? '').trim().split(/\s+/);
  const hostKey = `${type} ${key}`;
  if (!publicKeyBytes(hostKey)) throw damagedError(paths.hostPublicKey);
  return { privateKey, hostKey };
}

function damagedError(file: string): B2dError {
  return new B2dError(`The SSH key file ${file} is missing or damaged.`, {
    exit: 'stateUnreadable',
    reason: 'b2d needs it to log in to the machine and to recognise it.',
    remedy: 'b2d restart   (makes it anew and hands it to the machine)',
  });
}
