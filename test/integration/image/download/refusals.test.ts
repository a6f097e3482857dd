import fs from 'node:fs/promises';
import zlib from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { hostPlatform } from '../../../../src/platform/platform.ts';
import { content, digestOf, downloadFixture } from '../../../support/download.ts';
import { sendFile, type Handler } from '../../../support/http-faults.ts';

const whole = content(1_000_000);
const sha256 = digestOf(whole);

const at = downloadFixture();

describe('refused at the first answer, with nothing left', () => {
  test.each<[string, Handler, object, object]>([
    ['404', (_, response) => void response.writeHead(404).end('no'), {}, { exit: 'network', reason: expect.stringContaining('no such file (404)') }],
    ['403 with a page', (_, response) => void response.writeHead(403, { 'content-type': 'text/html' }).end('<html>Blocked</html>'), {}, { exit: 'network', reason: expect.stringMatching(/refuses access \(403\).*web page/), remedy: [expect.stringContaining('browser')] }],
    ['the page of a login', (_, response) => void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>Log in</html>'), {}, { exit: 'network', reason: expect.stringContaining('web page came instead') }],
    ['gzip', (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(zlib.gzipSync(whole)), {}, { exit: 'network', reason: expect.stringContaining('gzip') }],
    ['longer than expected', (request, response) => sendFile(request, response, whole), { size: 999_999 }, { exit: 'imageInvalid', reason: expect.stringContaining('1000000 bytes, not 999999') }],
    ['shorter than expected', (request, response) => sendFile(request, response, whole), { size: 1_000_001 }, { exit: 'imageInvalid' }],
  ])('%s', async (_, handler, options, expected) => {
    const url = await at.start(handler);
    await expect(at.box.fetch(url, { sha256, ...options })).rejects.toMatchObject(expected);
    expect(at.server.requests).toHaveLength(1);
    expect(await at.box.files()).toEqual([]);
  });
});

describe('the length while it comes', () => {
  test('more than is expected is not written', async () => {
    const url = await at.start((_, response) => {
      response.writeHead(200); // chunked: no length
      response.end(whole);
    });
    await expect(at.box.fetch(url, { patience: { maxUnknownBytes: 500_000 } })).rejects.toMatchObject({ exit: 'imageInvalid', reason: expect.stringContaining('more than 500000') });
    expect(await at.box.files()).toEqual([]);
  });

  test('a server that announces less than it has breaks the protocol', async () => {
    const url = await at.start((_, response) => {
      response.writeHead(200, { 'content-length': 600_000 });
      response.socket?.write(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 600000\r\n\r\n'), whole]));
    });
    await expect(at.box.fetch(url, { sha256 })).rejects.toMatchObject({ exit: 'network' });
    expect(await at.box.files()).not.toContain('x.iso');
  });

  test('a server that announces more than it has is asked for the rest, then given up', async () => {
    const url = await at.start((request, response) => {
      const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': 1_000_100 - from, 'content-range': `bytes ${from}-1000099/1000100` });
      response.write(whole.subarray(from), () => response.destroy());
      if (from >= whole.length) response.destroy();
    });
    await expect(at.box.fetch(url, { sha256 })).rejects.toMatchObject({ exit: 'network', reason: expect.stringContaining('kept') });
    expect(await at.box.files()).toEqual(['x.partial', 'x.partial.json']);
  });

  test('a file without an announced length is taken', async () => {
    const url = await at.start((_, response) => {
      response.write(whole);
      response.end();
    });
    expect((await at.box.fetch(url)).sha256).toBe(sha256);
    expect(at.box.progress.at(-1)).toMatchObject({ received: expect.any(Number), total: undefined, remainingMs: undefined });
  });
});

describe('redirects', () => {
  test('are followed, with the range', async () => {
    const url = await at.start((request, response, nth) => {
      if (request.url === '/x.iso') response.writeHead(302, { location: '/y.iso' }).end();
      else sendFile(request, response, whole, { etag: '"1"', ...(nth < 2 && { cutAt: 400_000 }) });
    });
    expect((await at.box.fetch(url)).sha256).toBe(sha256);
    expect(at.server.requests.map(({ url: path, headers }) => [path, headers.range !== undefined])).toEqual([['/x.iso', false], ['/y.iso', false], ['/x.iso', true], ['/y.iso', true]]);
  });

  test('in a circle are refused after five', async () => {
    const url = await at.start((request, response) => void response.writeHead(302, { location: request.url === '/x.iso' ? '/y.iso' : '/x.iso' }).end());
    await expect(at.box.fetch(url)).rejects.toMatchObject({ exit: 'network', reason: expect.stringContaining('circle') });
    expect(at.server.requests).toHaveLength(6);
  });

  test('to plain http elsewhere are refused before anything is sent there', async () => {
    const url = await at.start((_, response) => void response.writeHead(302, { location: 'http://192.0.2.1/x.iso' }).end());
    await expect(at.box.fetch(url)).rejects.toMatchObject({ exit: 'usage', reason: expect.stringContaining('Plain http') });
  });

  test('to nowhere are refused', async () => {
    const url = await at.start((_, response) => void response.writeHead(302).end());
    await expect(at.box.fetch(url)).rejects.toMatchObject({ exit: 'network', reason: expect.stringContaining('302') });
  });
});

test('without room on the disk nothing is written', async () => {
  const url = await at.start((request, response) => sendFile(request, response, whole));
  const platform = { ...hostPlatform(), freeDisk: async () => 999_999 };
  await expect(at.box.fetch(url, { platform })).rejects.toMatchObject({ exit: 'storage', reason: expect.stringMatching(/976\.6 KiB more, and 976\.6 KiB are free/) });
  expect(await at.box.files()).toEqual([]);
});

test('nothing is asked of an address that may not be used', async () => {
  await expect(at.box.fetch('http://192.0.2.1/x.iso')).rejects.toMatchObject({ exit: 'usage' });
  await expect(fs.readdir(at.box.folder)).resolves.toEqual([]);
});
