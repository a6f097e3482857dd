import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeAuthority } from '../../../src/tls/profiles.ts';
import { TestHome, type Result } from '../../support/b2d.ts';
import { certificateFor } from '../../support/certificates.ts';
import { digestOf } from '../../support/download.ts';
import { sendFile, serve, type Handler, type TestServer } from '../../support/http-faults.ts';
import { tinyIso } from '../../support/iso.ts';
import { startProxy, type TestProxy } from '../../support/proxy.ts';

const iso = tinyIso({ sectors: 600, filler: 0x5a });
const sha256 = digestOf(iso);
const other = 'b'.repeat(64);
/** A name that no resolver knows (RFC 2606): only the proxy can lead to it. */
const HOST = 'images.invalid';
const file: Handler = (request, response) => sendFile(request, response, iso, { etag: '"1"' });

let home: TestHome;
let server: TestServer | undefined;
let proxy: TestProxy | undefined;
let local: string;
beforeEach(async () => {
  home = await TestHome.create();
  local = path.join(home.home, 'my image.iso');
  await fs.writeFile(local, iso);
});
afterEach(async () => {
  await proxy?.close();
  await server?.close();
  proxy = server = undefined;
  await home.dispose();
});

const init = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Result> => home.b2d(['init', '--driver', 'qemu', ...args], { env });
const recordFile = () => path.join(home.home, 'machines', 'default', 'machine.json');
const image = async () => (JSON.parse(await fs.readFile(recordFile(), 'utf8')) as { image: object }).image;
const forgetImage = () => fs.rm(path.join(home.home, 'images', `${sha256}.iso`));

describe('--sha256', () => {
  test('is compared with a file, whatever is in the store', async () => {
    expect(await init(['--iso', local, '--sha256', sha256.toUpperCase()])).toMatchObject({ code: 0 });
    const second = path.join(home.home, 'other.iso');
    await fs.writeFile(second, tinyIso());
    expect(await init(['--machine', 'two', '--iso', second, '--sha256', sha256])).toMatchObject({ code: 7, stderr: expect.stringContaining(`other.iso is ${digestOf(tinyIso())}, not ${sha256}`) });
  });

  test('without --iso is about the image that is meant: the setting\'s, then the machine\'s own', async () => {
    expect(await init(['--sha256', other], { B2D_ISO: local })).toMatchObject({ code: 7, stderr: expect.stringContaining(`is ${sha256}, not ${other}`) });
    await expect(fs.access(recordFile())).rejects.toThrow();
    expect(await init(['--sha256', sha256], { B2D_ISO: local })).toMatchObject({ code: 0 });
    expect(await init(['--sha256', sha256], { B2D_ISO: '' })).toMatchObject({ code: 0 });
    expect(await init(['--sha256', other], { B2D_ISO: '' })).toMatchObject({ code: 7, stderr: expect.stringContaining(`has the image ${sha256}, not ${other}`) });
  });

  test.each(['abc', `${sha256}0`, 'z'.repeat(64)])('%s is no digest', async (digest) => {
    expect(await init(['--iso', local, '--sha256', digest])).toMatchObject({ code: 2, stderr: expect.stringContaining('not a SHA-256 digest') });
  });
});

describe('plain http', () => {
  const url = `http://${HOST}/b2d.iso`;
  beforeEach(async () => {
    server = await serve(file);
    proxy = await startProxy(server.port);
  });
  const env = () => ({ B2D_PROXY: proxy?.address });

  test('needs --allow-http and --sha256', async () => {
    for (const flags of [[], ['--allow-http'], ['--sha256', sha256]]) {
      expect(await init(['--iso', url, ...flags], env())).toMatchObject({ code: 2, stderr: expect.stringContaining('--allow-http --sha256 DIGEST') });
    }
    expect(proxy?.requests).toEqual([]);
    expect(await init(['--iso', url, '--allow-http', '--sha256', sha256], env())).toMatchObject({ code: 0 });
    expect(await image()).toEqual({ sha256, version: '9.9.9', source: url });
  });

  test('that was allowed once may be asked again for the same image, and for no other', async () => {
    expect(await init(['--iso', url, '--allow-http', '--sha256', sha256], env())).toMatchObject({ code: 0 });
    await forgetImage();
    expect(await init([], { ...env(), B2D_ISO: url })).toMatchObject({ code: 0 });
    expect(proxy?.requests).toHaveLength(2);
    expect(await init(['--iso', `${url}?other`], env())).toMatchObject({ code: 2 });
    expect(await init(['--iso', url, '--sha256', other], env())).toMatchObject({ code: 2 });
  });
});

describe('a password in the address', () => {
  const authorized: Handler = (request, response, nth) => {
    if (request.headers.authorization === `Basic ${Buffer.from('me:s3cret').toString('base64')}`) file(request, response, nth);
    else response.writeHead(401).end();
  };

  test('is sent, and neither shown nor written', async () => {
    server = await serve(authorized);
    const shown = `${server.base}/b2d.iso`;
    const secret = shown.replace('://', '://me:s3cret@');
    const made = await init(['--iso', secret]);
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining(`Image: ${shown}`) });
    expect(made.stderr).not.toContain('s3cret');
    expect(await image()).toEqual({ sha256, version: '9.9.9', source: shown });
    for (const entry of await fs.readdir(home.home, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) expect((await fs.readFile(path.join(entry.parentPath, entry.name))).includes('s3cret')).toBe(false);
    }
  });

  test('is asked for again where the image is gone', async () => {
    server = await serve(authorized);
    const shown = `${server.base}/b2d.iso`;
    expect(await init(['--iso', shown.replace('://', '://me:s3cret@')])).toMatchObject({ code: 0 });
    await forgetImage();
    expect(await home.b2d(['up'], { env: { B2D_ISO: '' } })).toMatchObject({ code: 15, stderr: expect.stringMatching(/refuses access \(401\)[^]*--iso PATH-OR-URL/) });
    expect(await init(['--iso', shown.replace('://', '://me:s3cret@')])).toMatchObject({ code: 0 });
  });
});

describe('the settings', () => {
  const authority = makeAuthority('test', new Date());
  const url = `https://${HOST}/b2d.iso`;
  const config = (text: string) => fs.writeFile(path.join(home.home, 'config.toml'), text);
  beforeEach(async () => {
    server = await serve(file, certificateFor(authority, { dns: [HOST], ip: [] }));
    proxy = await startProxy(server.port, { login: 'me:s3cret' });
    await fs.writeFile(path.join(home.home, 'our CA.pem'), authority.certificate);
  });

  test('proxy and ca of config.toml lead to the server, and are shown without the password', async () => {
    await config(`proxy = "${proxy?.address}"\nca = ["our CA.pem"]\n`);
    expect(await init(['--iso', url])).toMatchObject({ code: 0 });
    expect(proxy?.requests).toEqual([`CONNECT ${HOST}:443`]);
    const shown = await home.must(['config']);
    expect(shown).toContain('our CA.pem');
    expect(shown).not.toContain('s3cret');
  });

  test('B2D_PROXY comes before HTTPS_PROXY; set to nothing it means none', async () => {
    const env = { HTTPS_PROXY: 'http://127.0.0.1:9', B2D_CA: path.join(home.home, 'our CA.pem') };
    expect(await init(['--iso', url], { ...env, B2D_PROXY: proxy?.address })).toMatchObject({ code: 0 });
    await forgetImage();
    const direct = await init(['--iso', `https://127.0.0.1:${server?.port}/b2d.iso`], { ...env, B2D_PROXY: '' });
    expect(direct).toMatchObject({ code: 15, stderr: expect.stringContaining('another name') }); // this server was reached, and no proxy
  });

  test('a bad one is told before anything is done, where images are fetched', async () => {
    expect(await init(['--iso', local], { B2D_PROXY: 'socks5://me:s3cret@p:1' })).toMatchObject({ code: 2, stderr: expect.stringMatching(/"socks5:\/\/p:1".*B2D_PROXY/) });
    expect(await init(['--iso', local])).toMatchObject({ code: 0 });
    expect(await home.b2d(['status'], { env: { B2D_PROXY: 'socks5://p:1' } })).toMatchObject({ code: 0, stderr: expect.stringContaining('B2D_PROXY') });
  });

  test('a file of authorities that is none is named', async () => {
    expect(await init(['--iso', url], { B2D_PROXY: proxy?.address, B2D_CA: local })).toMatchObject({ code: 2, stderr: expect.stringContaining('my image.iso') });
  });
});
