import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import fs from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exec } from '../../../src/ssh/exec.ts';
import { fingerprint, newKeyPair, publicKeyBytes } from '../../../src/ssh/key-pair.ts';
import { pipes, startGuest, type TestGuest } from '../../support/sshd-client.ts';
import { sshdKinds } from '../../support/sshd.ts';
import { plainFolder } from '../../support/temp.ts';
import { tool } from '../../support/tools.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';

/** A real agent with one key, on a socket of its own. */
let agent: ChildProcess;
let socket: string;
let folder: string;
const key = newKeyPair('in the agent');
const keyFingerprint = fingerprint(publicKeyBytes(key.publicKey)!);

beforeAll(async () => {
  folder = await plainFolder('agent');
  socket = path.join(folder, 'agent.sock');
  agent = spawn(tool('ssh-agent', 'openssh-client'), ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => agent.stdout!.once('data', resolve)); // it prints its socket once that is there
  await fs.writeFile(path.join(folder, 'key'), key.privateKey, { mode: 0o600 });
  const added = await hostPlatform().run(tool('ssh-add', 'openssh-client'), [path.join(folder, 'key')], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  if (added.code !== 0) throw new Error(added.stderr);
});
afterAll(async () => {
  agent?.kill('SIGKILL');
  await fs.rm(folder, { recursive: true, force: true });
});

describe.each(sshdKinds)('over %s', (kind) => {
  let guest: TestGuest;

  beforeAll(async () => {
    guest = await startGuest(kind);
  });
  afterAll(() => guest?.close());

  async function listKeys(forwardAgent?: string) {
    const connection = await guest.connect(forwardAgent === undefined ? {} : { forwardAgent });
    const streams = pipes();
    const code = await exec(connection, ['ssh-add -l'], { streams, terminal: false });
    return { code, output: streams.stdout.text + streams.stderr.text };
  }

  test('no agent is forwarded unless asked', async () => {
    process.env['SSH_AUTH_SOCK'] = socket; // there is one; b2d leaves it alone
    try {
      expect(await listKeys()).toMatchObject({ code: 2, output: expect.stringContaining('Could not open a connection') });
    } finally {
      delete process.env['SSH_AUTH_SOCK'];
    }
  });

  test('when asked, the guest can use the keys, and the login does not', async () => {
    expect(await listKeys(socket)).toMatchObject({ code: 0, output: expect.stringContaining(keyFingerprint) });
    expect(guest.log()).not.toContain(keyFingerprint);
  });

  test('an agent that is not there ends no session', async () => {
    expect((await listKeys(path.join(folder, 'none.sock'))).code).not.toBe(0);
    expect((await listKeys(socket)).code).toBe(0);
  });
});
