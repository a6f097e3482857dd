import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { ensureTls } from '../../../src/tls/ensure.ts';
import type { TlsPaths } from '../../../src/tls/paths.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';
import { run, tool } from '../../support/tools.ts';

const platform = hostPlatform();
const openssl = tool('openssl', 'openssl');
const machineName = 'My_box.1';
let folder: string;
let paths: TlsPaths;

beforeAll(async () => {
  folder = await awkwardFolder('openssl');
  ({ paths } = await ensureTls(platform, folder, { machineName, now: new Date() }));
});
afterAll(() => removeFolder(folder));

const verify = (file: string, ...args: string[]) => platform.run(openssl, ['verify', '-x509_strict', '-CAfile', paths.ca, ...args, file]);
const text = async (file: string): Promise<string> => (await run(openssl, ['x509', '-in', file, '-noout', '-text'])).stdout;

describe('openssl verify -x509_strict', () => {
  test('takes the CA', async () => expect(await verify(paths.ca)).toMatchObject({ code: 0 }));

  test.each([
    ['-verify_ip', '127.0.0.1'],
    ['-verify_ip', '::1'],
    ['-verify_hostname', 'localhost'],
    ['-verify_hostname', 'my_box.1'],
  ])('takes the server for %s %s', async (option, name) => {
    expect(await verify(paths.serverCertificate, '-purpose', 'sslserver', option, name)).toMatchObject({ code: 0, stderr: '' });
  });

  test('takes the client', async () => {
    expect(await verify(paths.clientCertificate, '-purpose', 'sslclient')).toMatchObject({ code: 0, stderr: '' });
  });

  test('refuses each for the purpose of the other, and the server for another host', async () => {
    expect((await verify(paths.serverCertificate, '-purpose', 'sslclient')).stderr).toContain('unsuitable certificate purpose');
    expect((await verify(paths.clientCertificate, '-purpose', 'sslserver')).stderr).toContain('unsuitable certificate purpose');
    expect((await verify(paths.serverCertificate, '-verify_ip', '192.168.99.100')).stderr).toContain('IP address mismatch');
  });

  test('is right about tomorrow and about the day after the end', async () => {
    const day = 24 * 3600;
    const at = (days: number) => ['-attime', String(Math.floor(Date.now() / 1000) + days * day)];
    expect(await verify(paths.serverCertificate, ...at(820))).toMatchObject({ code: 0 });
    expect((await verify(paths.serverCertificate, ...at(826))).stderr).toContain('certificate has expired');
    expect((await verify(paths.serverCertificate, ...at(-2))).stderr).toContain('not yet valid');
  });
});

test('the extensions say what each is for', async () => {
  const ca = await text(paths.ca);
  expect(ca).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
  expect(ca).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign\s/);
  const server = await text(paths.serverCertificate);
  expect(server).toContain('IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:localhost, DNS:my_box.1');
  expect(server).toMatch(/Extended Key Usage: \s+TLS Web Server Authentication\s/);
  const client = await text(paths.clientCertificate);
  expect(client).toMatch(/Extended Key Usage: \s+TLS Web Client Authentication\s/);
  for (const leaf of [server, client]) {
    expect(leaf).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
    expect(leaf).toMatch(/Key Usage: critical\s+Digital Signature\s/);
    expect(leaf).toContain('ASN1 OID: prime256v1');
  }
});

test('the identifiers chain: the leaf names the CA that signed it', async () => {
  const identifier = (certificate: string, kind: string) => new RegExp(`${kind} Key Identifier: \\s+(?:keyid:)?([0-9A-F:]{59})`).exec(certificate)?.[1];
  const subject = identifier(await text(paths.ca), 'Subject');
  expect(subject).toBeDefined();
  expect(identifier(await text(paths.serverCertificate), 'Authority')).toBe(subject);
  expect(identifier(await text(paths.clientCertificate), 'Authority')).toBe(subject);
});

test.each(['a..b', '.x.', '-y-', '...', '10.0.0.1', 'a'.repeat(63)])('the machine name %s gives a good certificate', async (name) => {
  const other = await awkwardFolder('openssl');
  try {
    const made = await ensureTls(platform, other, { machineName: name, now: new Date() });
    const result = await platform.run(openssl, ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', made.paths.ca, made.paths.serverCertificate]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect((await ensureTls(platform, other, { machineName: name, now: new Date() })).changed).toBe(false);
  } finally {
    await removeFolder(other);
  }
});
