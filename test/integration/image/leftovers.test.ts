import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cleanLeftovers, downloadFiles } from '../../../src/image/leftovers.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

const platform = hostPlatform();
const url = 'https://example.com/x.iso';

let home: string;
let images: string;
let holder: ChildProcess | undefined;
beforeEach(async () => {
  home = await awkwardFolder();
  images = path.join(home, 'images');
  await fs.mkdir(images);
});
afterEach(async () => {
  holder?.kill('SIGKILL');
  holder = undefined;
  await removeFolder(home);
});

const put = (name: string, text = 'x') => fs.writeFile(path.join(images, name), text);
const there = async () => (await fs.readdir(images)).filter((name) => name !== 'locks').sort();

test('what cannot be gone on with is removed, everything else stays', async () => {
  await put('copy.partial');
  await put('0b7ad5f2-1c1e-4a52-8a43-2f2d1c4c0c11.partial'); // nothing is known of it
  await put('damaged.partial');
  await put('damaged.partial.json', '{');
  await put('done.partial.json', JSON.stringify({ url, finished: 'a'.repeat(64) }));
  await put('resumable.partial');
  await put('resumable.partial.json', JSON.stringify({ url, validator: '"1"' }));
  await put('begun.partial');
  await put(`${'a'.repeat(64)}.iso`);
  await put(`${'a'.repeat(64)}.iso.stat`);
  await cleanLeftovers(platform, home, 'begun');
  expect(await there()).toEqual([`${'a'.repeat(64)}.iso`, `${'a'.repeat(64)}.iso.stat`, 'begun.partial', 'resumable.partial', 'resumable.partial.json']);
});

test('what another b2d works on stays', async () => {
  await put('busy.partial');
  const script = `import { withLock } from ${JSON.stringify(path.resolve('src/platform/lock.ts'))};
    import { hostPlatform } from ${JSON.stringify(path.resolve('src/platform/platform.ts'))};
    await withLock(hostPlatform(), ${JSON.stringify(downloadFiles(platform, home, 'busy').lock)}, { purpose: 'download', waitMs: 0 }, () => new Promise(() => { console.log('held'); setInterval(() => {}, 1000); }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } });
  holder = child;
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the other holder ended with ${code}`)));
  });
  await cleanLeftovers(platform, home);
  expect(await there()).toEqual(['busy.partial']);
});

test('without a store there is nothing to do', async () => {
  await fs.rmdir(images);
  await cleanLeftovers(platform, home);
  await expect(fs.readdir(images)).rejects.toThrow('ENOENT');
});
