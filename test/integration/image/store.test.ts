import crypto from 'node:crypto';
import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { importImage } from '../../../src/image/import.ts';
import { resolveSource } from '../../../src/image/source.ts';
import { findImage } from '../../../src/image/store.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { tinyIso } from '../../support/iso.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

const platform = hostPlatform();
const iso = tinyIso({ sectors: 600, filler: 0x5a });
const sha256 = crypto.createHash('sha256').update(iso).digest('hex');

let home: string;
let server: http.Server | undefined;
beforeEach(async () => { home = await awkwardFolder(); });
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  server = undefined;
  await removeFolder(home);
});

/** A server on 127.0.0.1; returns its address. */
async function serve(handler: http.RequestListener): Promise<string> {
  const started = http.createServer(handler);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

const stored = () => fs.readdir(path.join(home, 'images')).then((names) => names.filter((name) => !name.endsWith('.stat') && name !== 'locks'));

describe('from a file', () => {
  test('the image is stored under its digest, read-only', async () => {
    const file = path.join(home, 'my image.iso');
    await fs.writeFile(file, iso);
    const image = await importImage(platform, home, { kind: 'file', file });
    expect(image).toEqual({ sha256, version: '9.9.9', arch: 'amd64', engine: '28.0.0', data: { format: 1, storageDrivers: ['overlay2'] }, file: path.join(home, 'images', `${sha256}.iso`) });
    expect((await fs.stat(image.file)).mode & 0o222).toBe(0);
    expect(await findImage(platform, home, sha256)).toEqual(image);
    await importImage(platform, home, { kind: 'file', file }); // again: no harm
    expect(await stored()).toEqual([`${sha256}.iso`]);
  });

  test('another digest than expected leaves nothing behind', async () => {
    const file = path.join(home, 'x.iso');
    await fs.writeFile(file, iso);
    await expect(importImage(platform, home, { kind: 'file', file, sha256: 'b'.repeat(64) })).rejects.toMatchObject({ exit: 'imageInvalid', reason: expect.stringContaining(sha256) });
    await expect(stored()).rejects.toThrow('ENOENT'); // not even the folder
  });

  test('a stored image that was changed is no longer found', async () => {
    const file = path.join(home, 'x.iso');
    await fs.writeFile(file, iso);
    const image = await importImage(platform, home, { kind: 'file', file });
    await fs.chmod(image.file, 0o644);
    await fs.writeFile(image.file, Buffer.concat([iso.subarray(0, -1), Buffer.from([1])]));
    expect(await findImage(platform, home, sha256)).toBeUndefined();
    expect(await stored()).toEqual([]);
  });
});

describe('from a URL', () => {
  const source = async (url: string) => resolveSource(platform, '/nowhere', url, home);

  test('the image is fetched and stored, through a redirect too', async () => {
    const base = await serve((request, response) => {
      if (request.url === '/old.iso') response.writeHead(302, { location: '/new.iso' }).end();
      else response.end(iso);
    });
    expect((await importImage(platform, home, await source(`${base}/old.iso`))).sha256).toBe(sha256);
  });

  test('not found: is a network error, and nothing stays', async () => {
    const base = await serve((_, response) => void response.writeHead(404).end('<html>no</html>'));
    await expect(importImage(platform, home, await source(`${base}/x.iso`))).rejects.toMatchObject({ exit: 'network', reason: expect.stringContaining('404') });
    expect(await stored()).toEqual([]);
  });

  test('a page that is no image is refused', async () => {
    const base = await serve((_, response) => void response.end('<html>Sign in to the hotel network</html>'));
    await expect(importImage(platform, home, await source(`${base}/x.iso`))).rejects.toMatchObject({ exit: 'imageInvalid' });
    expect(await stored()).toEqual([]);
  });

  test.each(['http://example.com/x.iso', 'ftp://127.0.0.1/x.iso'])('%s is refused before anything is sent', async (url) => {
    await expect(source(url)).rejects.toMatchObject({ exit: 'usage' });
  });
});

describe('without a name', () => {
  test('the bundled image is meant, with the digest of its manifest', async () => {
    const folder = path.join(home, 'package', 'image');
    await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(path.join(folder, 'b2d-amd64.iso'), iso);
    await fs.writeFile(path.join(folder, 'manifest.json'), JSON.stringify({ sha256 }));
    expect(await resolveSource({ ...platform, arch: 'x64' }, path.join(home, 'package'), undefined, home)).toEqual({ kind: 'file', file: path.join(folder, 'b2d-amd64.iso'), sha256 });
  });

  test('and none bundled, the way out is named', async () => {
    await expect(resolveSource(platform, home, '', home)).rejects.toMatchObject({ exit: 'imageInvalid', remedy: expect.arrayContaining([expect.stringContaining('--iso')]) });
  });
});
