import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TestHome } from '../../../support/b2d.ts';
import { digestOf } from '../../../support/download.ts';
import { eventually } from '../../../support/eventually.ts';
import { sendFile, serve, type Handler, type TestServer } from '../../../support/http-faults.ts';
import { tinyIso } from '../../../support/iso.ts';

const MB = 1_000_000;
const iso = tinyIso({ sectors: 3000, filler: 0x5a });
const sha256 = digestOf(iso);

let home: TestHome;
let server: TestServer;
let url: string;
beforeEach(async () => { home = await TestHome.create(); });
afterEach(async () => {
  await server?.close();
  await home.dispose();
});

async function start(handler: Handler): Promise<void> {
  server = await serve(handler);
  url = `${server.base}/some image.iso`;
}

const images = async (): Promise<string[]> => (await fs.readdir(path.join(home.home, 'images'))).filter((name) => name !== 'locks');
const partial = async (): Promise<string> => path.join(home.home, 'images', (await images()).find((name) => name.endsWith('.partial')) ?? 'none');
const init = (machine: string, options = {}) => home.b2d(['init', '--driver', 'qemu', '--iso', url, '--machine', machine], options);
/** Waits until so many bytes are on the disk. */
const received = (bytes: number) => eventually(async () => expect((await fs.stat(await partial())).size).toBe(bytes), 60_000);

describe.each<[string, NodeJS.Signals, number]>([['Ctrl-C', 'SIGINT', 130], ['kill -9', 'SIGKILL', -1]])('%s', (_, signal, code) => {
  test('leaves what came, and the next call goes on from there', async () => {
    await start((request, response, nth) => sendFile(request, response, iso, { etag: '"1"', ...(nth === 0 && { stallAt: 2 * MB }) }));
    const cut = await init('one', { started: (child: { kill(signal: string): void }) => void received(2 * MB).then(() => child.kill(signal), () => child.kill('SIGKILL')) });
    expect(cut.code).toBe(code);
    expect((await fs.stat(await partial())).size).toBe(2 * MB);
    expect(await init('one')).toMatchObject({ code: 0, stderr: expect.stringContaining(`is ${sha256}.`) });
    expect(server.requests.map(({ headers }) => [headers.range, headers['if-range']])).toEqual([[undefined, undefined], [`bytes=${2 * MB}-`, '"1"']]);
    expect(digestOf(await fs.readFile(path.join(home.home, 'images', `${sha256}.iso`)))).toBe(sha256);
    expect((await images()).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

test('two processes share one download', async () => {
  let finish: () => void = () => undefined;
  await start((_, response) => {
    response.writeHead(200, { 'content-length': iso.length, etag: '"1"' });
    response.write(iso.subarray(0, MB));
    finish = () => void response.end(iso.subarray(MB));
  });
  const first = init('one');
  await received(MB);
  let told = '';
  const second = init('two', { started: (child: { stderr: NodeJS.ReadableStream }) => child.stderr.on('data', (text: string) => {
    told += text;
    if (told.includes('Waiting for another b2d that downloads the same')) finish();
  }) });
  expect(await first).toMatchObject({ code: 0 });
  expect(await second).toMatchObject({ code: 0 });
  expect(server.requests).toHaveLength(1);
  for (const machine of ['one', 'two']) {
    expect(JSON.parse(await fs.readFile(path.join(home.home, 'machines', machine, 'machine.json'), 'utf8'))).toMatchObject({ image: { sha256 } });
  }
});

test('an address without a digest must stay what it was', async () => {
  const other = tinyIso({ sectors: 3000, filler: 0x5b });
  await start((request, response, nth) => sendFile(request, response, nth === 0 ? iso : other));
  expect(await init('one')).toMatchObject({ code: 0 });
  expect(await init('one')).toMatchObject({ code: 0 }); // it is there: not fetched again
  expect(server.requests).toHaveLength(1);
  const image = path.join(home.home, 'images', `${sha256}.iso`);
  await fs.rm(image);
  const { code, stderr } = await init('one');
  expect(code).toBe(7);
  expect(stderr).toContain(`${digestOf(other)}, not ${sha256}`);
});
