import { afterEach, describe, expect, test } from '@jest/globals';
import { content, digestOf, downloadFixture } from '../../../support/download.ts';
import { sendFile } from '../../../support/http-faults.ts';

const whole = content(1_000_000);
const sha256 = digestOf(whole);
/** The server sends nothing more, or next to nothing, for as long as the test takes: how short this is does not matter. */
const stall = { stallMs: 300, stallBytes: 10_000 };

const at = downloadFixture();
const timers: NodeJS.Timeout[] = [];
afterEach(() => {
  for (const timer of timers.splice(0)) clearInterval(timer);
});

test('a connection that stalls is cut off, and the download goes on', async () => {
  const url = await at.start((request, response, nth) => sendFile(request, response, whole, { etag: '"1"', ...(nth === 0 && { stallAt: 400_000 }) }));
  expect((await at.box.fetch(url, { patience: stall })).sha256).toBe(sha256);
  expect(at.server.requests[1]?.headers.range).toBe('bytes=400000-');
});

test('a server that never answers is given up', async () => {
  const url = await at.start(() => undefined);
  await expect(at.box.fetch(url, { patience: { ...stall, tries: 2 } })).rejects.toMatchObject({ exit: 'network', reason: expect.stringContaining('Hardly anything came') });
  expect(at.server.requests).toHaveLength(2);
});

test('one that sends a byte now and then is given up too', async () => {
  const url = await at.start((_, response) => {
    response.writeHead(200, { 'content-length': whole.length });
    let sent = 0;
    timers.push(setInterval(() => response.write(whole.subarray(sent, ++sent)), 20));
  });
  await expect(at.box.fetch(url, { sha256, patience: { ...stall, tries: 2 } })).rejects.toMatchObject({ exit: 'network', reason: expect.stringContaining('Hardly anything came') });
  expect(at.server.requests).toHaveLength(2);
  expect(at.box.progress.at(-1)?.received).toBeGreaterThan(0);
});

test('429: waits as long as the server asks', async () => {
  const url = await at.start((request, response, nth) => {
    if (nth === 0) response.writeHead(429, { 'retry-after': '17' }).end();
    else if (nth === 1) response.writeHead(429, { 'retry-after': new Date(Date.now() + 86_400_000).toUTCString() }).end();
    else sendFile(request, response, whole);
  });
  expect((await at.box.fetch(url)).sha256).toBe(sha256);
  expect(at.box.sleeps).toEqual([17_000, 120_000]);
  expect(at.box.notes[0]).toBe('The server answers with status 429. Trying again in 17.0 s.');
});

test('5xx: tries again, waiting longer each time', async () => {
  const url = await at.start((request, response, nth) => (nth < 4 ? void response.writeHead([500, 502, 503, 504][nth] as number).end('<html>') : sendFile(request, response, whole)));
  expect((await at.box.fetch(url)).sha256).toBe(sha256);
  expect(at.box.sleeps).toEqual([1000, 2000, 4000, 8000]);
});

describe('is given up', () => {
  test('after six tries in vain', async () => {
    const url = await at.start((_, response) => void response.writeHead(503).end());
    await expect(at.box.fetch(url)).rejects.toMatchObject({ exit: 'network', reason: expect.stringContaining('503') });
    expect(at.server.requests).toHaveLength(6);
    expect(await at.box.files()).toEqual([]);
  });

  test('when nobody listens', async () => {
    const url = await at.start(() => undefined);
    await at.server.close();
    await expect(at.box.fetch(url)).rejects.toMatchObject({ exit: 'network', reason: expect.stringContaining('does not answer') });
    expect(at.box.sleeps).toHaveLength(5);
  });

  test('when the waiting takes longer than the deadline', async () => {
    const url = await at.start((request, response, nth) => (nth === 0 ? sendFile(request, response, whole, { etag: '"1"', cutAt: 400_000 }) : void response.writeHead(503, { 'retry-after': '40' }).end()));
    await expect(at.box.fetch(url, { patience: { deadlineMs: 100_000 } })).rejects.toMatchObject({ exit: 'network', reason: expect.stringMatching(/took more than.*kept/), remedy: expect.arrayContaining([expect.stringContaining('goes on from there')]) });
    expect(at.box.sleeps).toEqual([1000, 40_000, 40_000]);
    expect(await at.box.files()).toEqual(['x.partial', 'x.partial.json']);
  });
});

describe('a signal', () => {
  test('ends a transfer and leaves what came', async () => {
    const abort = new AbortController();
    let now = 0; // a second at each look: every chunk is told
    const url = await at.start((request, response) => sendFile(request, response, whole, { etag: '"1"', stallAt: 400_000 }));
    const fetching = at.box.fetch(url, { signal: abort.signal, onProgress: ({ received }) => { if (received === 400_000) abort.abort(); }, clock: { now: () => (now += 1000) } });
    await expect(fetching).rejects.toMatchObject({ exit: 'interrupted' });
    expect(await at.box.files()).toEqual(['x.partial', 'x.partial.json']);
  });

  test('ends the wait for the next try', async () => {
    const abort = new AbortController();
    const url = await at.start((_, response) => void response.writeHead(503).end());
    const fetching = at.box.fetch(url, { signal: abort.signal, clock: {}, onNote: () => abort.abort() });
    await expect(fetching).rejects.toMatchObject({ exit: 'interrupted' });
    expect(at.server.requests).toHaveLength(1);
  });
});
