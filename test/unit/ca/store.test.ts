import { createPrivateKey, X509Certificate } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { addAuthorities, listAuthorities, removeAuthorities, type CaStore } from '../../../src/ca/store.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { makeAuthority } from '../../../src/tls/profiles.ts';
import { certificateFor } from '../../support/certificates.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

let folder: string;
let store: CaStore;
beforeEach(async () => {
  folder = await awkwardFolder();
  store = { platform: hostPlatform(), home: path.join(folder, 'home'), now: () => new Date() };
});
afterEach(() => removeFolder(folder));

const [first, second] = [makeAuthority('one', new Date()), makeAuthority('two', new Date())];
const write = async (name: string, content: string | Buffer): Promise<string> => {
  await fs.writeFile(path.join(folder, name), content);
  return path.join(folder, name);
};
const add = async (name: string, content: string | Buffer, as?: string) => addAuthorities(store, await write(name, content), as);
const list = async () => {
  const notes: string[] = [];
  return { list: await listAuthorities(store, (text) => notes.push(text)), notes };
};
const der = (pem: string): Buffer => new X509Certificate(pem).raw;
const canonical = (pem: string): string => new X509Certificate(pem).toString();

describe('adding', () => {
  test.each<[string, string | Buffer]>([
    ['PEM', first.certificate], ['PEM of Windows', first.certificate.replaceAll('\n', '\r\n')], ['PEM with words around', `Example CA\n${first.certificate}\nend`], ['DER', der(first.certificate)],
  ])('%s keeps the certificate as PEM', async (_, content) => {
    const added = await add('Example Root CA.crt', content);
    expect(added).toMatchObject({ name: 'Example-Root-CA', known: false, pem: canonical(first.certificate) });
    expect(await fs.readFile(added.file, 'utf8')).toBe(canonical(first.certificate));
    expect(added.authorities).toEqual([{ name: expect.any(String), fingerprint: new X509Certificate(first.certificate).fingerprint256, notAfter: expect.anything() }]);
  });

  test('several in one file are all kept', async () => {
    const { authorities, pem } = await add('both.pem', first.certificate + second.certificate);
    expect(authorities).toHaveLength(2);
    expect(pem).toBe(canonical(first.certificate) + canonical(second.certificate));
  });

  test('of a private key in the file nothing is kept', async () => {
    const { file } = await add('ca.pem', first.key + first.certificate);
    expect(await fs.readFile(file, 'utf8')).not.toContain('PRIVATE');
  });

  test('again is no change; other certificates by the same name are refused, and get another name', async () => {
    await add('ca.pem', first.certificate);
    expect(await add('ca.crt', der(first.certificate))).toMatchObject({ name: 'ca', known: true });
    await expect(add('ca.pem', second.certificate)).rejects.toMatchObject({ exit: 'usage', remedy: expect.arrayContaining([expect.stringContaining('b2d ca rm ca')]) });
    await add('ca.pem', second.certificate, 'other');
    expect((await list()).list.map(({ name, pem }) => [name, pem])).toEqual([['ca', canonical(first.certificate)], ['other', canonical(second.certificate)]]);
  });

  test('an expired one, and one that is not valid yet, are kept with a caution', async () => {
    const old = makeAuthority('old', new Date('1990-01-01'));
    expect((await add('old.pem', old.certificate)).authorities[0]?.caution).toMatch(/expired/);
    store = { ...store, now: () => new Date('2000-01-01') };
    expect((await add('new.pem', first.certificate)).authorities[0]?.caution).toMatch(/valid from/);
  });

  test('a server\'s certificate that a CA signed is refused with the CA\'s name', async () => {
    const { cert } = certificateFor(first, { dns: ['r.example'], ip: [] });
    await expect(add('server.pem', cert)).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining('"server"'), reason: expect.stringContaining('b2d CA') });
    await expect(add('chain.pem', first.certificate + cert)).rejects.toMatchObject({ exit: 'usage' });
  });

  test.each<[string, string | Buffer, RegExp]>([
    ['x.pem', 'no certificate', /PEM or DER/], ['x.pem', '', /PEM or DER/], ['key.pem', first.key, /private key/], ['x.p7b', Buffer.from('30820100', 'hex'), /PKCS #7/],
    ['x.p12', Buffer.from('30820100', 'hex'), /PKCS #12/], ['x.csr', '-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n', /request/],
  ])('%s %j is refused', async (name, content, reason) => {
    await expect(add(name, content)).rejects.toMatchObject({ exit: 'usage', reason: expect.stringMatching(reason) });
    expect(await list()).toEqual({ list: [], notes: [] });
  });

  test.each([
    ['cut off', first.certificate.slice(0, -40)], ['the second one cut off', first.certificate + second.certificate.slice(0, 300)],
    ['of noise', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('a certificate %s is refused', async (_, content) => {
    await expect(add('x.pem', content)).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining('damaged') });
  });

  test.each(['../x', 'a/b', '.hidden', '', 'x'.repeat(65), 'a b'])('the name %j is refused', async (name) => {
    await expect(add('ca.pem', first.certificate, name)).rejects.toMatchObject({ exit: 'usage' });
  });

  test('a file that is not there, and a folder, are errors', async () => {
    await expect(addAuthorities(store, path.join(folder, 'none'))).rejects.toMatchObject({ exit: 'usage' });
    await expect(addAuthorities(store, folder)).rejects.toMatchObject({ exit: 'storage' });
  });
});

describe('listing', () => {
  test('takes files that were put there by hand, tells of those that cannot be used, and leaves others alone', async () => {
    await add('good.pem', first.certificate);
    const directory = path.join(store.home, 'ca');
    await fs.writeFile(path.join(directory, 'hand.pem'), second.certificate);
    await fs.writeFile(path.join(directory, 'bad.pem'), 'x');
    await fs.writeFile(path.join(directory, 'README'), 'x');
    const { list: found, notes } = await list();
    expect(found.map(({ name }) => name)).toEqual(['good', 'hand']);
    expect(notes).toEqual([expect.stringMatching(/bad\.pem.*b2d ca rm bad/s)]);
  });
});

test('removing forgets one, and names those there are where there is none of that name', async () => {
  await add('one.pem', first.certificate);
  await add('two.pem', second.certificate);
  await removeAuthorities(store, 'one');
  expect((await list()).list.map(({ name }) => name)).toEqual(['two']);
  await expect(removeAuthorities(store, 'one')).rejects.toMatchObject({ exit: 'usage', reason: expect.stringContaining('two') });
  await expect(removeAuthorities(store, '../config')).rejects.toMatchObject({ exit: 'usage' });
});

test('a self-signed server\'s certificate is taken, and said to be no CA', async () => {
  const authority = { key: createPrivateKey(first.key), certificate: new X509Certificate(first.certificate) };
  expect(authority.certificate.ca).toBe(true); // the helper makes CAs; openssl makes the other kind
  const { execFileSync } = await import('node:child_process');
  const file = path.join(folder, 'self.pem');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', path.join(folder, 'k'), '-out', file, '-subj', '/CN=r.example', '-days', '90', '-addext', 'basicConstraints=critical,CA:FALSE'], { stdio: 'ignore' });
  expect((await addAuthorities(store, file)).authorities[0]?.caution).toBe('"r.example" is no CA: it stands for itself alone.');
});
