import { B2dError } from '../errors.ts';
import { readIfThere, writeAtomic, writePrivate } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { preparePrivateFolder } from '../platform/private-folder.ts';
import { newKeyPair, readKeyFile, type KeyPair } from './key-pair.ts';
import { hostKeyAlias, knowsHost, writeKnownHosts } from './known-hosts.ts';
import { sshPaths, type SshPaths } from './paths.ts';

/** Why a key was made. `damaged`: the file was there and no key could be read from it. */
export type KeyReason = 'missing' | 'damaged';

export interface SshKeysResult {
  paths: SshPaths;
  /** What goes into the guest's `authorized_keys`. */
  userPublicKey: string;
  /** What the guest presents, for `connect`. */
  hostPublicKey: string;
  /** Which keys were made, and why. A running machine keeps the old ones until it starts again. */
  made: { user?: KeyReason; host?: KeyReason };
}

/**
 * Makes the machine's SSH keys complete: a user key, a host key, their public halves, and `known_hosts`.
 * A good private key is never replaced; its public half is derived from it anew when it differs.
 * Killed anywhere, the next call finishes. Call it with the machine's lock held.
 * @throws B2dError (storage); (stateUnreadable) where a key that b2d did not make is in the way.
 */
export async function ensureSshKeys(platform: Platform, machineDirectory: string, options: { machineName: string }): Promise<SshKeysResult> {
  const { machineName } = options;
  const paths = sshPaths(platform, machineDirectory);
  await preparePrivateFolder(platform, paths.directory, [paths.userPublicKey, paths.hostPublicKey, paths.knownHosts]);
  const alias = hostKeyAlias(machineName);
  const user = await ensurePair(platform, paths.userKey, paths.userPublicKey, alias);
  const host = await ensurePair(platform, paths.hostKey, paths.hostPublicKey, alias);
  const known = { machineName, hostPublicKey: host.pair.publicKey };
  if (!(await knowsHost(platform, machineDirectory, known))) await writeKnownHosts(platform, machineDirectory, known);
  return {
    paths,
    userPublicKey: user.pair.publicKey,
    hostPublicKey: host.pair.publicKey,
    made: { ...(user.made && { user: user.made }), ...(host.made && { host: host.made }) },
  };
}

async function ensurePair(platform: Platform, privateFile: string, publicFile: string, comment: string): Promise<{ pair: KeyPair; made?: KeyReason }> {
  const text = await readIfThere(privateFile);
  const found = text === undefined ? undefined : readKeyFile(text);
  if (found?.kind === 'foreign') throw foreignKeyError(privateFile, found.what);
  const pair = found?.kind === 'good' ? found.pair : newKeyPair(comment);
  if (found?.kind !== 'good') await writePrivate(platform, privateFile, pair.privateKey);
  const line = `${pair.publicKey} ${comment}\n`;
  if ((await readIfThere(publicFile)) !== line) await writeAtomic(publicFile, line);
  return found?.kind === 'good' ? { pair } : { pair, made: found ? 'damaged' : 'missing' };
}

function foreignKeyError(file: string, what: string): B2dError {
  return new B2dError(`${file} holds ${what}.`, {
    exit: 'stateUnreadable',
    reason: 'b2d uses an ed25519 key of its own without a passphrase there, and does not overwrite a key it did not make.',
    remedy: 'Move that file away, then run the command again: b2d makes a new key.',
  });
}
