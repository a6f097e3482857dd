import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execute, TestHome, type ExecOptions, type Result } from '../../support/b2d.ts';
import { digestOf } from '../../support/download.ts';
import { eventually } from '../../support/eventually.ts';
import { sendFile, serve, type Handler, type TestServer } from '../../support/http-faults.ts';
import { tinyIso } from '../../support/iso.ts';
import { tool } from '../../support/tools.ts';

const MB = 1_000_000;
const iso = tinyIso({ sectors: 1500, filler: 0x5a });
const sha256 = digestOf(iso);
const short = sha256.slice(0, 12);

let home: TestHome;
let server: TestServer | undefined;
let file: string;
let url: string;
beforeEach(async () => {
  home = await TestHome.create();
  file = path.join(home.home, 'my image.iso');
  await fs.writeFile(file, iso);
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await home.dispose();
});

async function start(handler: Handler): Promise<void> {
  server = await serve(handler);
  url = `${server.base}/b2d.iso`;
}

const image = (...args: string[]): Promise<Result> => home.b2d(['image', ...args]);
const json = async (...args: string[]): Promise<Record<string, unknown>> => JSON.parse((await image(...args, '--json')).stdout) as Record<string, unknown>;
const stored = path.join('images', `${sha256}.iso`);
const images = async (): Promise<string[]> => (await fs.readdir(path.join(home.home, 'images'))).filter((name) => name !== 'locks' && !name.endsWith('.stat'));
const received = (bytes: number) => eventually(async () => {
  const partial = (await images()).find((name) => name.endsWith('.partial')) ?? 'none';
  expect((await fs.stat(path.join(home.home, 'images', partial))).size).toBe(bytes);
}, 60_000);

test('what a machine needs is listed and kept', async () => {
  await home.must(['init', '--driver', 'qemu', '--iso', file, '--machine', 'dev']);
  expect((await image('ls')).stdout).toMatch(new RegExp(`^digest +version +size +stored +machines\n${short} +9\\.9\\.9 +2\\.9 MiB +20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d +dev\n$`));
  expect(await json('ls')).toMatchObject({ images: [{ sha256, version: '9.9.9', bytes: iso.length, storedAt: expect.stringMatching(/^20.*Z$/), machines: ['dev'] }], downloads: [], unknown: [] });

  expect(await image('rm', short)).toMatchObject({ code: 12, stdout: '', stderr: expect.stringContaining('needed by "dev"') });
  expect(await image('prune')).toMatchObject({ code: 0, stdout: 'Freed 0 bytes.\n' });
});

test('imported, verified, removed', async () => {
  expect(await image('import', file)).toMatchObject({ code: 0, stdout: `${sha256}\n` });
  expect(await image('verify')).toMatchObject({ code: 0, stdout: `ok  ${sha256}  9.9.9\n` });
  expect(await json('prune', '--dry-run')).toMatchObject({ dryRun: true, freed: iso.length, images: [{ sha256 }] });
  expect(await json('rm', '9.9.9')).toEqual({ removed: [{ sha256, version: '9.9.9', bytes: iso.length }], freed: iso.length });
  expect(await images()).toEqual([]);
});

test('prune says what it freed', async () => {
  await image('import', file);
  expect(await image('prune')).toMatchObject({ code: 0, stdout: `Freed ${iso.length} bytes (2.9 MiB).\n`, stderr: expect.stringContaining(short) });
  expect(await images()).toEqual([]);
});

describe('verify', () => {
  /** Flips a bit, and sees to it that size and time stamp are as before: only reading tells. */
  async function damage(): Promise<void> {
    const target = path.join(home.home, stored);
    const { atime, mtime } = await fs.stat(target);
    await fs.chmod(target, 0o644);
    const handle = await fs.open(target, 'r+');
    await handle.write(Buffer.from([0x5b]), 0, 1, MB);
    await handle.close();
    await fs.utimes(target, atime, mtime);
  }

  test('says which is damaged; the machine that needs it fetches it again', async () => {
    await home.must(['init', '--driver', 'qemu', '--iso', file]);
    await damage();
    expect(await image('verify')).toMatchObject({ code: 7, stdout: expect.stringMatching(new RegExp(`^damaged  ${sha256}  9\\.9\\.9  Its SHA-256 is [0-9a-f]{64}\\.\n$`)), stderr: expect.stringContaining('start of default fetches') });
    expect(await json('verify', short)).toMatchObject({ images: [{ sha256, ok: false, problem: expect.stringContaining('SHA-256'), machines: ['default'] }] });
    await home.must(['init', '--iso', file]); // the image is read, found damaged and copied again
    expect(await image('verify', short)).toMatchObject({ code: 0 });
  });

  test('an image that is cut off, and that no machine needs, is to be removed', async () => {
    await image('import', file);
    await fs.chmod(path.join(home.home, stored), 0o644);
    await fs.truncate(path.join(home.home, stored), MB);
    expect(await image('verify')).toMatchObject({ code: 7, stderr: expect.stringContaining(`b2d image rm ${short}`) });
    expect(await image('rm', short)).toMatchObject({ code: 0 });
  });

  test('of one that is not there', async () => {
    expect(await image('verify', '123456')).toMatchObject({ code: 7, stderr: expect.stringContaining('b2d image ls') });
    expect(await image('verify')).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('import', () => {
  test('of a file with another digest leaves nothing', async () => {
    expect(await image('import', file, '--sha256', 'a'.repeat(64))).toMatchObject({ code: 7, stdout: '' });
    await expect(images()).rejects.toThrow('ENOENT');
  });

  test.each([['', 2], ['nowhere.iso', 7], ['http://192.0.2.1/x.iso', 2]])('of %j is refused', async (source, code) => {
    expect(await image('import', source)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining('Error:') });
  });

  test('a relative path starts in the current folder', async () => {
    expect(await home.b2d(['image', 'import', 'my image.iso', '--json'], { cwd: home.home })).toMatchObject({ code: 0, stdout: expect.stringContaining(JSON.stringify(file)) });
  });

  test('two at once share one transfer', async () => {
    let finish: () => void = () => undefined;
    await start((_, response) => {
      response.writeHead(200, { 'content-length': iso.length, etag: '"1"' });
      response.write(iso.subarray(0, MB));
      finish = () => void response.end(iso.subarray(MB));
    });
    const first = image('import', url);
    await received(MB);
    let told = '';
    const second = home.b2d(['image', 'import', url], { started: (child) => child.stderr?.on('data', (text: string) => {
      told += text;
      if (told.includes('Waiting for another b2d that downloads the same')) finish();
    }) });
    expect([await first, await second]).toMatchObject([{ code: 0, stdout: `${sha256}\n` }, { code: 0, stdout: `${sha256}\n` }]);
    expect(server?.requests).toHaveLength(1);
  });
});

describe.each([[['image', 'import']], [['download', '--iso']]])('Ctrl-C in b2d %j', (words) => {
  test('is exit code 130; the download is listed, kept by prune, and the next call goes on', async () => {
    await start((request, response, nth) => sendFile(request, response, iso, { etag: '"1"', ...(nth === 0 && { stallAt: 2 * MB }) }));
    const interrupt: ExecOptions = { started: (child) => void received(2 * MB).then(() => child.kill('SIGINT'), () => child.kill('SIGKILL')) };
    expect(await home.b2d([...words, url], interrupt)).toMatchObject({ code: 130, stdout: '', stderr: expect.stringContaining('The same command goes on from here.') });
    expect((await image('ls')).stdout).toMatch(/1\.9 MiB of .*b2d\.iso: the download was cut off/);
    expect(await image('prune')).toMatchObject({ code: 0, stderr: expect.stringMatching(/Kept 1\.9 MiB.*--all/) });
    expect(await home.b2d([...words, url])).toMatchObject({ code: 0, stdout: `${sha256}\n` });
    expect(server?.requests.map(({ headers }) => headers.range)).toEqual([undefined, `bytes=${2 * MB}-`]);
  });
});

test('a download that was cut off is removed by prune --all', async () => {
  await start((request, response) => sendFile(request, response, iso, { etag: '"1"', stallAt: 2 * MB }));
  await home.b2d(['download', '--iso', url], { started: (child) => void received(2 * MB).then(() => child.kill('SIGKILL'), () => child.kill('SIGKILL')) });
  const { freed, leftovers } = await json('prune', '--all');
  expect(leftovers).toMatchObject([{ url }]);
  expect(freed).toBeGreaterThan(2 * MB);
  expect(await images()).toEqual([]);
});

describe('download', () => {
  test('brings what init would use, by the settings; init then asks nobody', async () => {
    await start((request, response) => sendFile(request, response, iso));
    const env = { B2D_ISO: url, B2D_DRIVER: 'qemu' };
    const { stdout } = await home.b2d(['download', '--sha256', sha256, '--json'], { env });
    expect(JSON.parse(stdout)).toEqual({ sha256, version: '9.9.9', bytes: iso.length, file: path.join(home.home, stored), source: url });
    await expect(fs.access(path.join(home.home, 'machines'))).rejects.toThrow('ENOENT');
    expect(await home.b2d(['init', '--sha256', sha256], { env })).toMatchObject({ code: 0 });
    expect(server?.requests).toHaveLength(1);
  });

  test('takes a bad setting that it needs for an error, and no other', async () => {
    expect(await home.b2d(['download', '--iso', file], { env: { B2D_MEMORY: 'lots' } })).toMatchObject({ code: 0, stderr: expect.stringContaining('B2D_MEMORY') });
    expect(await home.b2d(['download'], { env: { B2D_ISO: 'ftp://x/y' } })).toMatchObject({ code: 2, stderr: expect.stringContaining('B2D_ISO') });
  });
});

test.each([['file', 7 * MB], ['URL', 7 * MB]])('a full disk is exit code 10 where the image comes from a %s', async (kind, size) => {
  const large = tinyIso({ sectors: Math.ceil(size / 2048) });
  await fs.writeFile(file, large);
  await start((_, response) => {
    response.write(large); // without a length: it is only noticed while the disk fills
    response.end();
  });
  const mounted = path.join(home.home, 'mounted');
  await fs.mkdir(mounted);
  const script = 'mount -t tmpfs -o size=3m tmpfs "$1" && shift && exec "$@"';
  const words = [process.execPath, path.resolve('bin/b2d.js'), 'image', 'import', kind === 'file' ? file : url];
  const result = await execute(tool('unshare', 'util-linux'), ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', mounted, ...words], { env: { ...home.env, B2D_HOME: mounted } });
  expect(result).toMatchObject({ code: 10, stdout: '', stderr: expect.stringMatching(/The disk is full\.[^]*Free some space/) });
});
