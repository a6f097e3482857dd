import fs from 'node:fs/promises';
import path from 'node:path';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { clientContext } from '../../../src/tls/client-context.ts';
import { ensureTls } from '../../../src/tls/ensure.ts';
import { inspectTls } from '../../../src/tls/inspect.ts';
import { tlsPaths, type TlsPaths } from '../../../src/tls/paths.ts';
import { fakePlatform } from '../../support/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

const platform = hostPlatform();
const start = new Date('2026-01-15T12:00:00Z');
const later = (days: number): Date => new Date(start.getTime() + days * 24 * 3600 * 1000);
let folder: string;
let paths: TlsPaths;

beforeEach(async () => {
  folder = await awkwardFolder('tls');
  paths = tlsPaths(platform, folder);
});
afterEach(() => removeFolder(folder));

const ensure = (now = start, machineName = 'default') => ensureTls(platform, folder, { machineName, now });
const writeOrder = (): string[] => [paths.caKey, paths.ca, paths.serverKey, paths.serverCertificate, paths.clientKey, paths.clientCertificate];
const readAll = async (): Promise<Map<string, string>> =>
  new Map(await Promise.all(writeOrder().map(async (file) => [file, await fs.readFile(file, 'utf8')] as const)));

/** By `inspectTls`, and by looking at the files without it. */
async function expectSound(now: Date, machineName = 'default'): Promise<void> {
  const all = await readAll();
  const [ca, server, client] = [paths.ca, paths.serverCertificate, paths.clientCertificate].map((file) => new X509Certificate(all.get(file)!)) as [X509Certificate, X509Certificate, X509Certificate];
  for (const [certificate, keyFile] of [[ca, paths.caKey], [server, paths.serverKey], [client, paths.clientKey]] as const) {
    expect(certificate.checkPrivateKey(createPrivateKey(all.get(keyFile)!))).toBe(true);
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.validToDate > now && certificate.validFromDate < now).toBe(true);
  }
  const status = await inspectTls(platform, folder, { machineName, now });
  expect([status.ca.due, status.server.due, status.client.due]).toEqual([undefined, undefined, undefined]);
}

describe('the first call', () => {
  test('makes all, private what is private', async () => {
    const result = await ensure();
    expect(result).toMatchObject({ changed: true, renewed: { ca: 'missing', server: 'missing', client: 'missing' } });
    for (const file of [paths.caKey, paths.serverKey, paths.clientKey]) {
      expect((await fs.stat(file)).mode & 0o777).toBe(0o600);
      expect(await fs.readFile(file, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    }
    expect((await fs.stat(paths.tlsDirectory)).mode & 0o777).toBe(0o700);
    expect((await fs.readdir(paths.dockerDirectory)).sort()).toEqual(['ca.pem', 'cert.pem', 'key.pem']);
  });

  test('dates start a day back; a leaf never outlives its CA', async () => {
    const { notAfter } = await ensure();
    const server = new X509Certificate(await fs.readFile(paths.serverCertificate));
    expect(server.validFromDate).toEqual(later(-1));
    expect(notAfter.server).toEqual(later(824));
    expect(notAfter.ca).toEqual(later(3649));
    const justBeforeCaRenewal = later(Math.floor(3650 * (2 / 3)) - 2);
    const result = await ensure(justBeforeCaRenewal);
    expect(result.renewed.ca).toBeUndefined();
    expect(result.notAfter.server < result.notAfter.ca).toBe(true);
  });

  test('serial numbers are 128 random bits', async () => {
    await ensure();
    const serials = await Promise.all([paths.ca, paths.serverCertificate, paths.clientCertificate].map(async (file) => new X509Certificate(await fs.readFile(file)).serialNumber));
    for (const serial of serials) expect(serial).toMatch(/^01[0-9A-F]{32}$/);
    expect(new Set(serials).size).toBe(3);
  });

  test('on Windows each private file gets an access list of this user alone before its name', async () => {
    const windows = fakePlatform('win32', { path: path.posix });
    await ensureTls(windows, folder, { machineName: 'default', now: start });
    const restricted = windows.calls.filter(([program]) => program?.endsWith('icacls.exe'));
    for (const file of [paths.caKey, paths.serverKey, paths.clientKey]) {
      expect(restricted).toContainEqual([expect.any(String), `${file}.${process.pid}.tmp`, '/inheritance:r', '/grant:r', 'jörg:F']);
    }
  });
});

describe('a later call', () => {
  test('changes nothing while all is well', async () => {
    await ensure();
    const before = await readAll();
    expect(await ensure(later(500))).toMatchObject({ changed: false, renewed: {} });
    expect(await readAll()).toEqual(before);
  });

  test('renews leafs with less than a third of their life left, under the same CA', async () => {
    await ensure();
    const ca = await fs.readFile(paths.ca, 'utf8');
    expect((await ensure(later(549 - 1))).changed).toBe(false);
    expect((await ensure(later(550))).renewed).toEqual({ server: 'expires soon', client: 'expires soon' });
    expect(await fs.readFile(paths.ca, 'utf8')).toBe(ca);
    await expectSound(later(550));
  });

  test('renews everything when the CA is due', async () => {
    await ensure();
    const before = await readAll();
    expect((await ensure(later(2500))).renewed).toEqual({ ca: 'expires soon', server: 'CA renewed', client: 'CA renewed' });
    for (const [file, text] of await readAll()) expect(text).not.toBe(before.get(file));
    await expectSound(later(2500));
  });

  test('a clock that was wrong at the first call is healed', async () => {
    await ensure(later(400));
    expect((await ensure(start)).renewed.ca).toBe('not valid yet');
    await expectSound(start);
  });

  test('a new machine name renews the server alone', async () => {
    await ensure();
    expect((await ensure(start, 'other')).renewed).toEqual({ server: 'names changed' });
    await expectSound(start, 'other');
  });

  test('withdraws rights others were given and removes what a killed call left', async () => {
    await ensure();
    await fs.chmod(paths.clientKey, 0o644);
    await fs.writeFile(`${paths.clientKey}.1234567`, 'half a key');
    expect((await ensure()).changed).toBe(false);
    expect((await fs.stat(paths.clientKey)).mode & 0o777).toBe(0o600);
    expect((await fs.readdir(paths.dockerDirectory)).sort()).toEqual(['ca.pem', 'cert.pem', 'key.pem']);
  });
});

describe('damage', () => {
  const names = ['caKey', 'ca', 'serverKey', 'serverCertificate', 'clientKey', 'clientCertificate'] as const;
  const damages: [string, (file: string) => Promise<void>][] = [
    ['gone', (file) => fs.rm(file)],
    ['empty', (file) => fs.truncate(file, 0)],
    ['truncated', async (file) => fs.truncate(file, Math.floor((await fs.stat(file)).size / 2))],
    ['binary', (file) => fs.writeFile(file, Buffer.from([0, 255, 1, 2]))],
  ];
  const cases = names.flatMap((name) => damages.map(([label, damage]) => ({ name, label, damage })));

  test.each(cases)('$name $label is repaired', async ({ name, damage }) => {
    await ensure();
    const authority = await fs.readFile(paths.ca, 'utf8');
    await damage(paths[name]);
    const result = await ensure();
    const role = name.startsWith('ca') ? 'ca' : name.startsWith('server') ? 'server' : 'client';
    expect(result.renewed[role]).toMatch(/^(missing|damaged)$/);
    if (role !== 'ca') {
      expect(Object.keys(result.renewed)).toEqual([role]);
      expect(await fs.readFile(paths.ca, 'utf8')).toBe(authority);
    }
    await expectSound(start);
  });

  test('server and client swapped are told apart', async () => {
    await ensure();
    const all = await readAll();
    await fs.writeFile(paths.serverCertificate, all.get(paths.clientCertificate)!);
    await fs.writeFile(paths.serverKey, all.get(paths.clientKey)!);
    expect((await ensure()).renewed).toEqual({ server: 'wrong purpose' });
  });

  test('a leaf that poses as the CA is not taken for one', async () => {
    await ensure();
    const all = await readAll();
    await fs.writeFile(paths.ca, all.get(paths.serverCertificate)!);
    await fs.writeFile(paths.caKey, all.get(paths.serverKey)!);
    expect((await ensure()).renewed.ca).toBe('wrong purpose');
    await expectSound(start);
  });

  test('a pair of another machine is not taken for ours', async () => {
    await ensure();
    const other = tlsPaths(platform, path.join(folder, 'other'));
    await ensureTls(platform, path.join(folder, 'other'), { machineName: 'default', now: start });
    await fs.copyFile(other.clientCertificate, paths.clientCertificate);
    await fs.copyFile(other.clientKey, paths.clientKey);
    expect((await ensure()).renewed).toEqual({ client: 'not signed by the CA' });
    await fs.copyFile(other.serverKey, paths.serverKey);
    expect((await ensure()).renewed).toEqual({ server: 'key does not match' });
    await expectSound(start);
  });

  test('Windows line ends are no damage', async () => {
    await ensure();
    for (const [file, text] of await readAll()) await fs.writeFile(file, text.replaceAll('\n', '\r\n'));
    expect((await ensure()).changed).toBe(false);
  });
});

describe('killed between two writes', () => {
  const ways = [0, 1, 2, 3, 4, 5, 6];

  test.each(ways)('of the first set, after %i files', async (count) => {
    await ensure();
    for (const file of writeOrder().slice(count)) await fs.rm(file);
    await ensure();
    await expectSound(start);
  });

  test.each(ways)('of a set made because the CA key was lost, after %i files', async (count) => {
    await ensure();
    const before = await readAll();
    await fs.rm(paths.caKey);
    expect((await ensure()).renewed).toEqual({ ca: 'missing', server: 'CA renewed', client: 'CA renewed' });
    for (const file of writeOrder().slice(count)) await fs.writeFile(file, before.get(file)!);
    await ensure();
    await expectSound(start);
  });

  test.each(ways)('of a whole renewal, after %i files', async (count) => {
    await ensure();
    const before = await readAll();
    await ensure(later(3000));
    for (const file of writeOrder().slice(count)) await fs.writeFile(file, before.get(file)!);
    await ensure(later(3000));
    await expectSound(later(3000));
  });
});

describe('clientContext', () => {
  test('gives what node:tls takes', async () => {
    await ensure();
    const context = await clientContext(platform, folder);
    expect(context).toEqual({ ca: await fs.readFile(paths.ca, 'utf8'), cert: await fs.readFile(paths.clientCertificate, 'utf8'), key: await fs.readFile(paths.clientKey, 'utf8') });
  });

  test('names the missing file and the remedy', async () => {
    await expect(clientContext(platform, folder)).rejects.toMatchObject({ exit: 'stateUnreadable', message: expect.stringContaining('ca.pem'), remedy: expect.arrayContaining(['b2d up']) });
  });
});

test('a folder that cannot be written is named', async () => {
  await fs.writeFile(path.join(folder, 'tls'), 'a file where the folder should be');
  await expect(ensure()).rejects.toMatchObject({ exit: 'storage', message: expect.stringContaining(path.join(folder, 'tls')) });
});
