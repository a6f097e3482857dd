import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import ssh2 from 'ssh2';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { ensureSshKeys } from '../../../src/ssh/ensure.ts';
import { writeKnownHosts } from '../../../src/ssh/known-hosts.ts';
import { readLoginKeys } from '../../../src/ssh/login-keys.ts';
import { sshPaths, type SshPaths } from '../../../src/ssh/paths.ts';
import { fakePlatform } from '../../support/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

const platform = hostPlatform();
let folder: string;
let paths: SshPaths;

beforeEach(async () => {
  folder = await awkwardFolder('keys');
  paths = sshPaths(platform, folder);
});
afterEach(() => removeFolder(folder));

const ensure = () => ensureSshKeys(platform, folder, { machineName: 'default' });
const files = (): string[] => [paths.userKey, paths.userPublicKey, paths.hostKey, paths.hostPublicKey, paths.knownHosts];
const readAll = () => Promise.all(files().map((file) => fs.readFile(file, 'utf8')));

describe('the first call', () => {
  test('makes both pairs in OpenSSH\'s format, private what is private', async () => {
    const result = await ensure();
    expect(result.made).toEqual({ user: 'missing', host: 'missing' });
    expect(result.userPublicKey).not.toBe(result.hostPublicKey);
    for (const file of [paths.userKey, paths.hostKey]) {
      expect(await fs.readFile(file, 'utf8')).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
      expect((await fs.stat(file)).mode & 0o777).toBe(0o600);
    }
    expect((await fs.stat(paths.directory)).mode & 0o777).toBe(0o700);
    expect(await fs.readFile(paths.userPublicKey, 'utf8')).toBe(`${result.userPublicKey} b2d-default\n`);
    expect(await fs.readFile(paths.knownHosts, 'utf8')).toBe(`b2d-default ${result.hostPublicKey}\n`);
  });

  test('on Windows the private keys get an access list of this user alone', async () => {
    const windows = fakePlatform('win32', { path: path.posix });
    await ensureSshKeys(windows, folder, { machineName: 'default' });
    for (const file of [paths.userKey, paths.hostKey]) {
      expect(windows.calls).toContainEqual([expect.stringMatching(/icacls\.exe$/), `${file}.${process.pid}.tmp`, '/inheritance:r', '/grant:r', 'jörg:F']);
    }
  });
});

describe('a later call', () => {
  test('changes nothing while all is well', async () => {
    await ensure();
    await writeKnownHosts(platform, folder, { machineName: 'default', hostPublicKey: (await ensure()).hostPublicKey, port: 2222 });
    const before = await readAll();
    expect((await ensure()).made).toEqual({});
    expect(await readAll()).toEqual(before);
  });

  test.each(['userKey', 'hostKey'] as const)('a truncated %s is made anew, the other kept', async (name) => {
    const before = await ensure();
    await fs.truncate(paths[name], 100);
    const after = await ensure();
    expect(after.made).toEqual(name === 'userKey' ? { user: 'damaged' } : { host: 'damaged' });
    expect(after.userPublicKey === before.userPublicKey).toBe(name !== 'userKey');
    expect(after.hostPublicKey === before.hostPublicKey).toBe(name !== 'hostKey');
    expect(await fs.readFile(paths.knownHosts, 'utf8')).toBe(`b2d-default ${after.hostPublicKey}\n`);
  });

  test.each([0, 1, 2, 3, 4])('killed after %i files, the next call finishes', async (count) => {
    await ensure();
    for (const file of files().slice(count)) await fs.rm(file);
    const before = await Promise.all(files().slice(0, count).map((file) => fs.readFile(file, 'utf8')));
    await ensure();
    expect((await readAll()).slice(0, count)).toEqual(before);
    expect((await ensure()).made).toEqual({});
  });

  test('a public half that differs is derived anew; the private key stays', async () => {
    const before = await ensure();
    await fs.writeFile(paths.hostPublicKey, await fs.readFile(paths.userPublicKey));
    expect(await ensure()).toEqual({ ...before, made: {} });
    expect(await fs.readFile(paths.hostPublicKey, 'utf8')).toBe(`${before.hostPublicKey} b2d-default\n`);
  });

  test('rights that others were given are withdrawn', async () => {
    await ensure();
    await fs.chmod(paths.userKey, 0o644);
    await ensure();
    expect((await fs.stat(paths.userKey)).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['an RSA key', ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }).private, 'ssh-rsa'],
    ['a key with a passphrase', ssh2.utils.generateKeyPairSync('ed25519', { passphrase: 'x', cipher: 'aes256-cbc', rounds: 1 }).private, 'passphrase'],
  ])('%s put there by the user is not overwritten', async (_label, key, word) => {
    await ensure();
    await fs.writeFile(paths.hostKey, key);
    await expect(ensure()).rejects.toMatchObject({ exit: 'stateUnreadable', message: expect.stringContaining(word) });
    expect(await fs.readFile(paths.hostKey, 'utf8')).toBe(key);
  });
});

describe('known_hosts', () => {
  test('has the port once it is known, and follows it', async () => {
    const { hostPublicKey } = await ensure();
    for (const port of [2222, 50022]) {
      await writeKnownHosts(platform, folder, { machineName: 'default', hostPublicKey, port });
      expect(await fs.readFile(paths.knownHosts, 'utf8')).toBe(`[127.0.0.1]:${port},b2d-default ${hostPublicKey}\n`);
    }
  });
});

describe('readLoginKeys', () => {
  test('gives what connect takes, and makes nothing', async () => {
    await expect(readLoginKeys(platform, folder)).rejects.toMatchObject({ exit: 'stateUnreadable' });
    expect(await fs.readdir(folder)).toEqual([]);
    const { hostPublicKey } = await ensure();
    expect(await readLoginKeys(platform, folder)).toEqual({ privateKey: await fs.readFile(paths.userKey, 'utf8'), hostKey: hostPublicKey });
  });

  test.each(['userKey', 'hostPublicKey'] as const)('names a damaged %s and the remedy', async (name) => {
    await ensure();
    await fs.writeFile(paths[name], 'nothing');
    await expect(readLoginKeys(platform, folder)).rejects.toMatchObject({ exit: 'stateUnreadable', message: expect.stringContaining(paths[name]), remedy: [expect.stringContaining('b2d restart')] });
  });
});
