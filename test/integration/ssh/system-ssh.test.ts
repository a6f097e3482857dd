import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hostPlatform, type RunResult } from '../../../src/platform/platform.ts';
import { newKeyPair } from '../../../src/ssh/key-pair.ts';
import { hostKeyAlias, writeKnownHosts } from '../../../src/ssh/known-hosts.ts';
import { startGuest, type TestGuest } from '../../support/sshd-client.ts';
import { run, tool } from '../../support/tools.ts';

const platform = hostPlatform();
const ssh = tool('ssh', 'openssh-client');
const keygen = tool('ssh-keygen', 'openssh-client');
let guest: TestGuest;

beforeAll(async () => {
  guest = await startGuest('openssh');
});
afterAll(() => guest?.close());

/** The system's ssh with the machine's files and nothing of the user's configuration. */
function systemSsh(...options: string[]): Promise<RunResult> {
  const option = (file: string): string => `"${file.replaceAll('%', '%%')}"`; // ssh expands % in file names
  const { userKey, knownHosts } = guest.keys.paths;
  const args = ['-F', 'none', '-o', 'StrictHostKeyChecking=yes', '-o', `UserKnownHostsFile=${option(knownHosts)}`, '-o', 'GlobalKnownHostsFile=none', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-o', `IdentityFile=${option(userKey)}`];
  return platform.run(ssh, [...args, ...options, '-p', String(guest.port), `${guest.user}@127.0.0.1`, 'echo in']);
}

test('ssh-keygen reads every file', async () => {
  const { userKey, userPublicKey, hostKey, hostPublicKey } = guest.keys.paths;
  for (const [privateFile, publicKey] of [[userKey, guest.keys.userPublicKey], [hostKey, guest.keys.hostPublicKey]] as const) {
    expect((await run(keygen, ['-y', '-f', privateFile])).stdout.split(' ').slice(0, 2).join(' ').trim()).toBe(publicKey);
  }
  for (const file of [userPublicKey, hostPublicKey]) expect((await run(keygen, ['-l', '-f', file])).stdout).toContain('(ED25519)');
});

describe('the system\'s ssh pins the same key', () => {
  const hostPublicKey = (): string => guest.keys.hostPublicKey;

  test('by address and port', async () => {
    await writeKnownHosts(platform, guest.folder, { machineName: 'default', hostPublicKey: hostPublicKey(), port: guest.port });
    expect(await systemSsh()).toMatchObject({ code: 0, stdout: 'in\n' });
  });

  test.each(['default', 'My_Box.1', '-odd-'])('by HostKeyAlias, whatever the port, for the machine %s', async (machineName) => {
    await writeKnownHosts(platform, guest.folder, { machineName, hostPublicKey: hostPublicKey() });
    expect(await systemSsh('-o', `HostKeyAlias=${hostKeyAlias(machineName)}`)).toMatchObject({ code: 0, stdout: 'in\n' });
  });

  test('and refuses another', async () => {
    await writeKnownHosts(platform, guest.folder, { machineName: 'default', hostPublicKey: newKeyPair('other').publicKey, port: guest.port });
    expect((await systemSsh()).stderr).toMatch(/host key|REMOTE HOST IDENTIFICATION/i);
  });
});
