import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { MANIFEST_FILE, SIGNATURE_FILE, type ReleaseManifest } from '../../../src/release/manifest.ts';
import { newestRelease, type NewestOptions } from '../../../src/release/newest.ts';
import { serve, type TestServer } from '../../support/http-faults.ts';
import { releaseFiles, releaseOf, testKey } from '../../support/release.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

const image = Buffer.from('an image');
const [key, next, strange] = [testKey(), testKey(), testKey()];
const now = new Date('2026-11-25T12:00:00Z');

/** What the server has, by name; changed by the tests. */
let files: Map<string, Buffer>;
let server: TestServer;
let home: string;
beforeEach(async () => {
  home = await awkwardFolder();
  files = releaseFiles(releaseOf('1.1.0', image), [key]);
  server = await serve((request, response) => {
    const content = files.get(path.posix.basename(request.url ?? ''));
    response.writeHead(content === undefined ? 404 : 200).end(content ?? 'no such file');
  });
});
afterEach(async () => {
  await server.close();
  await removeFolder(home);
});

function newest(options: Partial<NewestOptions> = {}): Promise<ReleaseManifest> {
  return newestRelease({
    platform: hostPlatform(), home, network: {}, url: `${server.base}/releases/${MANIFEST_FILE}`, keys: key.trusted, carried: releaseOf('1.0.0', image), now, patience: { tries: 1 }, ...options,
  });
}

const refused = (exit: string, reason: string) => ({ exit, reason: expect.stringContaining(reason), remedy: expect.arrayContaining([expect.any(String)]) });

test('a signed manifest is believed and remembered; nothing else is left', async () => {
  expect(await newest()).toEqual(releaseOf('1.1.0', image));
  expect(server.requests.map(({ url }) => url)).toEqual([`/releases/${MANIFEST_FILE}`, `/releases/${SIGNATURE_FILE}`]);
  expect((await fs.readdir(path.join(home, 'releases'))).filter((name) => !name.includes('.lock'))).toEqual(['newest.json']);
});

describe('refused is one that', () => {
  test('is not signed', async () => {
    files.delete(SIGNATURE_FILE);
    await expect(newest()).rejects.toMatchObject(refused('security', 'not signed'));
  });

  test('a stranger has signed', async () => {
    files = releaseFiles(releaseOf('1.1.0', image), [strange]);
    await expect(newest()).rejects.toMatchObject(refused('security', strange.trusted[0]?.id as string));
  });

  test('was changed on the way', async () => {
    files.set(MANIFEST_FILE, Buffer.from((files.get(MANIFEST_FILE) as Buffer).toString().replace('1.1.0', '1.1.1')));
    await expect(newest()).rejects.toMatchObject(refused('security', 'changed after it was signed'));
  });

  test('is older than the one that came with b2d', async () => {
    await expect(newest({ carried: releaseOf('1.2.0', image) })).rejects.toMatchObject(refused('security', '1.2.0 is known'));
  });

  test('is older than one that was seen before', async () => {
    files = releaseFiles(releaseOf('1.3.0', image), [key]);
    await newest();
    files = releaseFiles(releaseOf('1.2.0', image), [key]);
    await expect(newest()).rejects.toMatchObject(refused('security', '1.3.0 is known'));
  });

  test('has expired', async () => {
    files = releaseFiles(releaseOf('1.1.0', image, { expires: '2026-11-25T11:59:59Z' }), [key]);
    await expect(newest()).rejects.toMatchObject(refused('security', 'expired on 2026-11-25'));
  });

  test('is damaged though it is signed', async () => {
    files = releaseFiles({ ...releaseOf('1.1.0', image), version: 'one' }, [key]);
    await expect(newest()).rejects.toMatchObject(refused('imageInvalid', '"version"'));
  });

  test('is larger than any manifest', async () => {
    files.set(MANIFEST_FILE, Buffer.alloc(2 * 1024 ** 2, 0x20));
    await expect(newest()).rejects.toMatchObject(refused('imageInvalid', 'more than 1048576 bytes'));
  });
});

test('during a change of keys both old and new b2d believe it', async () => {
  files = releaseFiles(releaseOf('1.1.0', image), [key, next]);
  expect(await newest()).toMatchObject({ version: '1.1.0' });
  expect(await newest({ keys: next.trusted })).toMatchObject({ version: '1.1.0' });
});

test('the same release again is not older', async () => {
  await newest();
  expect(await newest()).toMatchObject({ version: '1.1.0' });
});

test('what was remembered may be damaged: it only guards against older ones', async () => {
  await newest();
  await fs.writeFile(path.join(home, 'releases', 'newest.json'), '{');
  expect(await newest()).toMatchObject({ version: '1.1.0' });
});

test.each([
  ['there is none', () => files.clear(), 'no such file'],
  ['a page of a hotel comes', () => void files.set(MANIFEST_FILE, Buffer.from('<html>')), 'not trusted'],
])('where %s, the error says so', async (_, change, words) => {
  change();
  await expect(newest()).rejects.toMatchObject({ message: expect.stringContaining('release manifest') });
  await expect(newest().catch((error: Error & { reason: string }) => `${error.message} ${error.reason}`)).resolves.toContain(words);
});

test('a server that does not answer is a matter of the network', async () => {
  await server.close();
  await expect(newest()).rejects.toMatchObject({ exit: 'network', message: expect.stringContaining('could not be fetched') });
});
