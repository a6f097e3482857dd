import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hostPlatform } from '../../../../src/platform/platform.ts';
import { makeAuthority } from '../../../../src/tls/profiles.ts';
import { certificateFor } from '../../../support/certificates.ts';
import { content, digestOf, downloadFixture } from '../../../support/download.ts';
import { sendFile, type Handler } from '../../../support/http-faults.ts';
import { startProxy, type TestProxy } from '../../../support/proxy.ts';

const whole = content(1_000_000);
const sha256 = digestOf(whole);
const authority = makeAuthority('test', new Date());
const file: Handler = (request, response, nth) => sendFile(request, response, whole, { etag: '"1"', ...(nth === 0 && { cutAt: 700_000 }) });
/** A name that no resolver knows (RFC 2606): only the proxy can lead to it. */
const HOST = 'images.invalid';

const at = downloadFixture();
let proxy: TestProxy;
let ca: string[];
beforeEach(async () => {
  await fs.mkdir(path.join(at.box.folder, 'locks'));
  ca = [path.join(at.box.folder, 'locks', 'CA.pem')];
  await fs.writeFile(ca[0] as string, authority.certificate);
});
afterEach(async () => {
  await proxy?.close();
});

const secure = () => at.start(file, certificateFor(authority, { dns: [HOST], ip: [] }));
const fetch = (url: string, env: NodeJS.ProcessEnv, options = {}) => at.box.fetch(url, { ca, platform: { ...hostPlatform(), env }, ...options });

test('https goes through a tunnel, with user and password, also for the rest', async () => {
  await secure();
  proxy = await startProxy(at.server.port, { login: 'jörg:p@ss w%rd' });
  expect((await fetch(`https://${HOST}/x.iso`, { HTTPS_PROXY: proxy.address })).sha256).toBe(sha256);
  expect(proxy.requests).toEqual([`CONNECT ${HOST}:443`, `CONNECT ${HOST}:443`]);
  expect(at.server.requests.map(({ headers }) => headers['proxy-authorization'])).toEqual([undefined, undefined]);
});

test('plain http is asked of the proxy by the whole address', async () => {
  await at.start(file);
  proxy = await startProxy(at.server.port, { login: 'me:secret' });
  expect((await fetch(`http://${HOST}:8080/x.iso`, { http_proxy: proxy.address }, { allowHttp: true, sha256 })).sha256).toBe(sha256);
  expect(proxy.requests).toEqual([`GET http://${HOST}:8080/x.iso`, `GET http://${HOST}:8080/x.iso`]);
});

test('a redirect to this computer leaves the proxy out', async () => {
  const location = await at.start((request, response) => sendFile(request, response, whole), certificateFor(authority, { dns: [], ip: ['127.0.0.1'] }));
  await at.start((_, response) => void response.writeHead(302, { location }).end(), certificateFor(authority, { dns: [HOST], ip: [] }));
  proxy = await startProxy(at.server.port);
  expect((await fetch(`https://${HOST}/x.iso`, { HTTPS_PROXY: proxy.address })).sha256).toBe(sha256);
  expect(proxy.requests).toEqual([`CONNECT ${HOST}:443`]);
});

test('a name in NO_PROXY is not asked of it', async () => {
  await secure();
  proxy = await startProxy(at.server.port);
  await expect(fetch(`https://${HOST}/x.iso`, { HTTPS_PROXY: proxy.address, NO_PROXY: '.invalid' })).rejects.toMatchObject({ exit: 'network', reason: expect.stringMatching(/name of the server/) });
  expect(proxy.requests).toEqual([]);
});

describe('a proxy that refuses', () => {
  test('a wrong password', async () => {
    await secure();
    proxy = await startProxy(at.server.port, { login: 'me:secret' });
    const failure: Error = await fetch(`https://${HOST}/x.iso`, { HTTPS_PROXY: proxy.address.replace('secret', 'wr0ng') }).then(() => { throw new Error('it came'); }, (error) => error);
    expect(failure).toMatchObject({ exit: 'network', reason: expect.stringContaining('wants a user name') });
    expect(JSON.stringify(failure)).not.toContain('wr0ng');
    expect(at.server.requests).toEqual([]);
  });

  test('the address', async () => {
    await secure();
    proxy = await startProxy(at.server.port, { refuse: { status: 403 } });
    await expect(fetch(`https://${HOST}/x.iso`, { HTTPS_PROXY: proxy.address })).rejects.toMatchObject({ exit: 'network', reason: expect.stringMatching(/^The proxy http:\/\/127.*does not let it through \(403\)/) });
    expect(proxy.requests).toHaveLength(1);
  });

  test('and redirects elsewhere is not followed: nobody vouches for its answer', async () => {
    await secure();
    proxy = await startProxy(at.server.port, { refuse: { status: 302, location: `https://${HOST}/evil.iso` } });
    await expect(fetch(`https://${HOST}/x.iso`, { HTTPS_PROXY: proxy.address })).rejects.toMatchObject({ exit: 'network', reason: expect.stringContaining('302') });
    expect(proxy.requests).toHaveLength(1);
  });

  test('one that is not there', async () => {
    await secure();
    proxy = await startProxy(at.server.port);
    await proxy.close();
    await expect(fetch(`https://${HOST}/x.iso`, { HTTPS_PROXY: proxy.address })).rejects.toMatchObject({ exit: 'network', reason: expect.stringContaining('does not answer') });
  });
});
