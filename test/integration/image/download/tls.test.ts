import fs from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { execute } from '../../../support/b2d.ts';
import { content, digestOf, downloadFixture, type DownloadFolder } from '../../../support/download.ts';
import { sendFile, type Handler } from '../../../support/http-faults.ts';
import { certificateFor } from '../../../support/certificates.ts';
import { makeAuthority, type Pair } from '../../../../src/tls/profiles.ts';

const whole = content(1_000_000);
const sha256 = digestOf(whole);
const file: Handler = (request, response) => sendFile(request, response, whole, { etag: '"1"' });

const authority = makeAuthority('test', new Date());
const certificate = (names: { dns: string[]; ip: string[] }, days?: [number, number], issuer: Pair = authority) => certificateFor(issuer, names, days);

const at = downloadFixture();
let ca: string[];
beforeEach(async () => {
  ca = [path.join(await fs.mkdtemp(path.join(at.box.folder, 'locks')), 'our CA.pem')];
  await fs.writeFile(ca[0] as string, `a comment\n${authority.certificate}`);
});

const local = { dns: ['localhost'], ip: ['127.0.0.1'] };
const fetch = (options: Parameters<DownloadFolder['fetch']>[1] = { ca }) => at.box.fetch(`${at.server.base}/x.iso`, options);

test('an authority in a file is trusted', async () => {
  await at.start(file, certificate(local));
  expect((await fetch()).sha256).toBe(sha256);
});

describe('is refused at once, before anything is asked for', () => {
  test.each<[string, () => { key: string; cert: string }, boolean, RegExp]>([
    ['another name', () => certificate({ dns: ['example.com'], ip: ['127.0.0.2'] }), true, /another name/],
    ['expired', () => certificate(local, [-3, -1]), true, /expired/],
    ['not valid yet', () => certificate(local, [1, 3]), true, /not valid yet/],
    ['an unknown authority', () => certificate(local), false, /Nobody this computer trusts/],
    ['another authority of the same name', () => certificate(local, [-1, 1], makeAuthority('test', new Date())), true, /Nobody this computer trusts|signature/],
  ])('%s', async (_, made, trusted, reason) => {
    await at.start(file, made());
    await expect(fetch(trusted ? { ca } : {})).rejects.toMatchObject({ exit: 'network', reason: expect.stringMatching(reason) });
    expect(at.server.requests).toEqual([]);
    expect(at.box.sleeps).toEqual([]);
  });
});

describe('the environment', () => {
  const inProcess = async (env: NodeJS.ProcessEnv) => {
    const program = path.resolve(import.meta.dirname, '..', '..', '..', 'support', 'download-process.ts');
    const options = JSON.stringify({ folder: at.box.folder, url: `${at.server.base}/x.iso`, patience: { tries: 1 } });
    const { stdout, stderr } = await execute(process.execPath, [program, options], { env: { ...process.env, NODE_OPTIONS: '', ...env } });
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as object;
  };

  test('NODE_EXTRA_CA_CERTS counts', async () => {
    await at.start(file, certificate(local));
    expect(await inProcess({ NODE_EXTRA_CA_CERTS: ca[0] })).toMatchObject({ sha256 });
  });

  test('NODE_TLS_REJECT_UNAUTHORIZED=0 does not', async () => {
    await at.start(file, certificate(local));
    expect(await inProcess({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toMatchObject({ code: 'network', reason: expect.stringContaining('Nobody this computer trusts') });
  });
});

test('https never redirects to plain http, not even here', async () => {
  const location = await at.start(file);
  const plain = at.server;
  await at.start((_, response) => void response.writeHead(302, { location }).end(), certificate(local));
  await expect(fetch()).rejects.toMatchObject({ exit: 'network', reason: expect.stringContaining('redirects to plain http') });
  expect(plain.requests).toEqual([]);
});

test('http may redirect to https', async () => {
  const location = await at.start(file, certificate(local));
  const plain = await at.start((_, response) => void response.writeHead(302, { location }).end());
  expect((await at.box.fetch(plain, { ca })).sha256).toBe(sha256);
});

test.each([['no certificate', 'nothing'], ['a damaged one', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']])('a file with %s is named', async (_, text) => {
  await at.start(file, certificate(local));
  await fs.writeFile(ca[0] as string, text);
  await expect(fetch()).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining('our CA.pem') });
});
