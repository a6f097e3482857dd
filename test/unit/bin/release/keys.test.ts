import crypto from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { localKey, makeKey, readKeys } from '../../../../bin/dev/release/keys.ts';
import { hostPlatform } from '../../../../src/platform/platform.ts';
import { readPublicKeys, sign, verify } from '../../../../src/release/signature.ts';
import { testKey } from '../../../support/release.ts';
import { awkwardFolder, removeFolder } from '../../../support/temp.ts';

let folder: string;
let trusted: string;
let keyFile: string;
beforeEach(async () => {
  folder = await awkwardFolder();
  trusted = path.join(folder, 'keys.pem');
  keyFile = path.join(folder, 'private key.pem');
  await fs.writeFile(trusted, 'A comment.\n');
});
afterEach(() => removeFolder(folder));

const message = Buffer.from('{}');

test('a new key is private, signs once its public half is trusted, and is never overwritten', async () => {
  const pem = await makeKey(hostPlatform(), keyFile);
  if (process.platform !== 'win32') expect((await fs.stat(keyFile)).mode & 0o777).toBe(0o600);
  await expect(readKeys(hostPlatform(), [keyFile], trusted)).rejects.toMatchObject({ exit: 'security', message: expect.stringContaining('No b2d would trust'), details: pem.trim().split('\n') });
  await fs.appendFile(trusted, pem);
  const { keys, localPublicKey } = await readKeys(hostPlatform(), [keyFile], trusted);
  expect(localPublicKey).toBeUndefined();
  verify(message, sign(message, keys), readPublicKeys(pem, 'x'), 'x');

  const before = await fs.readFile(keyFile, 'utf8');
  await expect(makeKey(hostPlatform(), keyFile)).rejects.toMatchObject({ exit: 'usage' });
  expect(await fs.readFile(keyFile, 'utf8')).toBe(before);
});

test('a throw-away key is another each time, and its public half verifies', () => {
  const { keys, localPublicKey } = localKey();
  verify(message, sign(message, keys), readPublicKeys(localPublicKey!, 'x'), 'x');
  expect(() => verify(message, sign(message, localKey().keys), readPublicKeys(localPublicKey!, 'x'), 'x')).toThrow(/not trusted/);
});

test('a key that others can read is refused', async () => {
  const { privatePem, pem } = testKey();
  await fs.appendFile(trusted, pem);
  await fs.writeFile(keyFile, privatePem, { mode: 0o644 });
  await expect(readKeys({ ...hostPlatform(), os: 'linux' }, [keyFile], trusted)).rejects.toMatchObject({ exit: 'security', remedy: [`chmod 600 ${keyFile}`] });
});

test.each([
  ['another kind', () => crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }), /kind ec/],
  ['a public key', () => testKey().pem, /./],
  ['a password', () => testKey().privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }), /./],
])('%s is refused', async (_, content, reason) => {
  await fs.writeFile(keyFile, content(), { mode: 0o600 });
  await expect(readKeys(hostPlatform(), [keyFile], trusted)).rejects.toMatchObject({ exit: 'usage', reason: expect.stringMatching(reason), remedy: [expect.stringContaining('--new-key')] });
});

test('a key that is missing is an error that names it', async () => {
  await expect(readKeys(hostPlatform(), [keyFile], trusted)).rejects.toMatchObject({ message: expect.stringContaining(keyFile) });
});
