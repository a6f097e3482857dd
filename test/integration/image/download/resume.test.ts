import fs from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { sidecarOf } from '../../../../src/image/download/partial.ts';
import { content, digestOf, downloadFixture } from '../../../support/download.ts';
import { sendFile, type FileOptions, type Handler } from '../../../support/http-faults.ts';

const MB = 1_000_000;
const whole = content(6 * MB + 12_345);
const sha256 = digestOf(whole);
const other = Buffer.from(whole).fill(1, 0, 100);

const at = downloadFixture();

/** A download whose first call ends after exactly that many bytes of the file that the server has then; what comes next is up to `rest`. */
async function halfway(first: Buffer, bytes: number, rest: Handler, { sha256: expected, ...options }: FileOptions & { sha256?: string } = {}): Promise<string> {
  const url = await at.start((request, response, nth) => (nth === 0 ? sendFile(request, response, first, { ...options, stallAt: bytes }) : rest(request, response, nth)));
  const abort = new AbortController();
  const cut = at.box.fetch(url, { sha256: expected, signal: abort.signal, onProgress: ({ received }) => { if (received === bytes) abort.abort(); }, clock: { now: clock() } });
  await expect(cut).rejects.toMatchObject({ exit: 'interrupted' });
  return url;
}

/** A clock on which so much time passes between two looks that every chunk is told. */
function clock(): () => number {
  let now = 0;
  return () => (now += 1000);
}

const ranges = (): unknown[] => at.server.requests.map(({ headers }) => headers.range);

test('a whole file gets its name, read-only, and leaves nothing else', async () => {
  const url = await at.start((request, response) => sendFile(request, response, whole, { etag: '"1"' }));
  expect(await at.box.fetch(url, { sha256, size: whole.length })).toEqual({ file: at.box.target, sha256, size: whole.length, etag: '"1"', fetched: true });
  expect(digestOf(await fs.readFile(at.box.target))).toBe(sha256);
  expect((await fs.stat(at.box.target)).mode & 0o222).toBe(0);
  expect(await at.box.files()).toEqual(['x.iso']);
  expect(at.server.requests[0]?.headers).toMatchObject({ 'accept-encoding': 'identity' });
  expect(at.box.progress.at(-1)).toMatchObject({ received: whole.length, total: whole.length });
});

test('one that is there is not fetched again', async () => {
  const url = await at.start((request, response) => sendFile(request, response, whole));
  await at.box.fetch(url, { sha256 });
  expect(await at.box.fetch(url, { sha256 })).toMatchObject({ fetched: false, size: whole.length });
  expect(at.server.requests).toHaveLength(1);
});

test('cut at every megabyte, it goes on from each', async () => {
  const url = await at.start((request, response, nth) => sendFile(request, response, whole, { etag: '"1"', cutAt: (nth + 1) * MB }));
  expect((await at.box.fetch(url)).sha256).toBe(sha256);
  expect(at.server.requests).toHaveLength(7);
  for (const [nth, { headers }] of at.server.requests.entries()) {
    if (nth === 0) continue;
    expect(headers['if-range']).toBe('"1"');
    expect(Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1])).toBeGreaterThan((nth - 1) * MB);
    expect(Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1])).toBeLessThanOrEqual(nth * MB);
  }
  expect(at.box.sleeps).toEqual([1000, 1000, 1000, 1000, 1000, 1000]); // each brought something: the waits do not grow
});

describe('the next call goes on', () => {
  test.each([0, 1, MB, 3 * MB + 7, whole.length - 1])('after %d bytes', async (bytes) => {
    const url = await halfway(whole, bytes, (request, response) => sendFile(request, response, whole, { etag: '"1"' }), { etag: '"1"', sha256 });
    expect((await at.box.fetch(url, { sha256 })).sha256).toBe(sha256);
    expect(ranges()[1]).toBe(bytes === 0 ? undefined : `bytes=${bytes}-`);
  });

  test('without a request where all bytes are there', async () => {
    const url = await at.start((request, response) => sendFile(request, response, whole));
    await fs.writeFile(at.box.partial, whole, { mode: 0o444 });
    await fs.writeFile(sidecarOf(at.box.partial), JSON.stringify({ url, sha256, size: whole.length }));
    expect((await at.box.fetch(url, { sha256 })).sha256).toBe(sha256);
    expect(at.server.requests).toHaveLength(0);
  });

  test('and a 416 that says so is enough where the size was not known', async () => {
    const url = await at.start((request, response) => sendFile(request, response, whole));
    await fs.writeFile(at.box.partial, whole);
    await fs.writeFile(sidecarOf(at.box.partial), JSON.stringify({ url, sha256 }));
    expect((await at.box.fetch(url, { sha256 })).sha256).toBe(sha256);
    expect(ranges()).toEqual([`bytes=${whole.length}-`]);
  });

  test('from another mirror, without the first one\'s validator', async () => {
    const url = await halfway(whole, MB, (request, response) => sendFile(request, response, whole, { etag: '"2"' }), { etag: '"1"', sha256 });
    expect((await at.box.fetch(`${url}?mirror`, { sha256 })).sha256).toBe(sha256);
    expect(at.server.requests[1]?.headers).toMatchObject({ range: `bytes=${MB}-` });
    expect(at.server.requests[1]?.headers['if-range']).toBeUndefined();
  });
});

describe('begins anew', () => {
  test('where the file changed between the halves, as If-Range tells', async () => {
    const url = await halfway(other, 2 * MB, (request, response) => sendFile(request, response, whole, { etag: '"2"' }), { etag: '"1"' });
    expect((await at.box.fetch(url)).sha256).toBe(sha256);
    expect(at.server.requests).toHaveLength(2);
  });

  test('where it changed and the server does not care for If-Range', async () => {
    const url = await halfway(other, 2 * MB, (request, response) => {
      delete request.headers['if-range'];
      sendFile(request, response, whole, { etag: '"2"' });
    }, { etag: '"1"' });
    expect((await at.box.fetch(url)).sha256).toBe(sha256);
    expect(ranges()).toEqual([undefined, `bytes=${2 * MB}-`, undefined]);
  });

  test('where it changed and nothing but the digest can tell', async () => {
    const url = await halfway(other, 2 * MB, (request, response) => sendFile(request, response, whole), { sha256 });
    expect((await at.box.fetch(url, { sha256 })).sha256).toBe(sha256);
    expect(ranges()).toEqual([undefined, `bytes=${2 * MB}-`, undefined]);
    expect(at.box.notes.at(-1)).toContain('anew');
  });

  test('where the server knows no ranges', async () => {
    const url = await halfway(whole, 2 * MB, (request, response) => sendFile(request, response, whole, { ranges: false }), { sha256 });
    expect((await at.box.fetch(url, { sha256 })).sha256).toBe(sha256);
    expect(at.server.requests).toHaveLength(2);
  });

  test.each([`bytes 0-${whole.length - 1}/${whole.length}`, 'bytes 5-9/10', 'nonsense', ''])('where a 206 says "%s"', async (range) => {
    const url = await halfway(whole, 2 * MB, (request, response, nth) => {
      if (nth > 1) return sendFile(request, response, whole);
      response.writeHead(206, range === '' ? {} : { 'content-range': range }).end(whole);
    }, { sha256 });
    expect((await at.box.fetch(url, { sha256 })).sha256).toBe(sha256);
    expect(ranges()).toEqual([undefined, `bytes=${2 * MB}-`, undefined]);
  });

  test('where the file is shorter now', async () => {
    const short = whole.subarray(0, MB);
    const url = await halfway(whole, 2 * MB, (request, response) => {
      delete request.headers['if-range'];
      sendFile(request, response, short, { etag: '"1"' });
    }, { etag: '"1"' });
    expect((await at.box.fetch(url)).sha256).toBe(digestOf(short));
  });

  test('where nothing vouches for what is there: no digest, no validator', async () => {
    const url = await halfway(whole, 2 * MB, (request, response) => sendFile(request, response, whole));
    expect(await at.box.files()).toEqual([]);
    expect((await at.box.fetch(url)).sha256).toBe(sha256);
    expect(ranges()).toEqual([undefined, undefined]);
  });

  test('the same within one call', async () => {
    const url = await at.start((request, response, nth) => (nth === 0 ? sendFile(request, response, other, { cutAt: 2 * MB }) : sendFile(request, response, whole)));
    expect((await at.box.fetch(url)).sha256).toBe(sha256);
    expect(ranges()).toEqual([undefined, undefined]);
  });

  test('where the sidecar is damaged', async () => {
    const url = await halfway(whole, 2 * MB, (request, response) => sendFile(request, response, whole, { etag: '"1"' }), { etag: '"1"' });
    await fs.writeFile(sidecarOf(at.box.partial), '{"url":');
    expect((await at.box.fetch(url)).sha256).toBe(sha256);
    expect(ranges()).toEqual([undefined, undefined]);
  });
});

describe('a wrong digest', () => {
  test('deletes what came, and says so', async () => {
    const flipped = Buffer.from(whole);
    flipped[3 * MB] = (flipped[3 * MB] as number) ^ 1;
    const url = await at.start((request, response) => sendFile(request, response, flipped));
    await expect(at.box.fetch(url, { sha256 })).rejects.toMatchObject({ exit: 'imageInvalid', reason: expect.stringMatching(new RegExp(`${digestOf(flipped)}, not ${sha256}.*deleted`)) });
    expect(await at.box.files()).toEqual([]);
    expect(at.server.requests).toHaveLength(1);
  });

  test('of a file made of pieces: fetched anew once, then refused', async () => {
    const url = await halfway(other, 2 * MB, (request, response) => sendFile(request, response, other), { sha256 });
    await expect(at.box.fetch(url, { sha256 })).rejects.toMatchObject({ exit: 'imageInvalid' });
    expect(ranges()).toEqual([undefined, `bytes=${2 * MB}-`, undefined]);
    expect(await at.box.files()).toEqual([]);
  });

  test('of a bit that flipped on the disk: fetched anew', async () => {
    const url = await halfway(whole, 2 * MB, (request, response) => sendFile(request, response, whole, { etag: '"1"' }), { etag: '"1"', sha256 });
    const handle = await fs.open(at.box.partial, 'r+');
    await handle.write(Buffer.from([(whole[MB] as number) ^ 1]), 0, 1, MB);
    await handle.close();
    expect((await at.box.fetch(url, { sha256 })).sha256).toBe(sha256);
  });
});

test('a check that refuses the file deletes it', async () => {
  const { B2dError } = await import('../../../../src/errors.ts');
  const url = await at.start((request, response) => sendFile(request, response, whole));
  await expect(at.box.fetch(url, { check: async () => { throw new B2dError('No ISO.', { exit: 'imageInvalid' }); } })).rejects.toThrow('No ISO.');
  expect(await at.box.files()).toEqual([]);
});
