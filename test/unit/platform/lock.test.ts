import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { withLock } from '../../../src/platform/lock.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

const platform = hostPlatform();
let folder: string;
let file: string;
let holder: ChildProcess | undefined;

beforeEach(async () => {
  folder = await awkwardFolder();
  file = path.join(folder, 'locks', 'default.lock');
});
afterEach(async () => {
  holder?.kill('SIGKILL');
  holder = undefined;
  await removeFolder(folder);
});

/** Another process that takes the lock, says so, and keeps it. */
async function otherHolder(): Promise<ChildProcess> {
  const script = `import { withLock } from ${JSON.stringify(path.resolve('src/platform/lock.ts'))};
    import { hostPlatform } from ${JSON.stringify(path.resolve('src/platform/platform.ts'))};
    await withLock(hostPlatform(), ${JSON.stringify(file)}, { purpose: 'up', waitMs: 0 }, () => new Promise(() => { console.log('held'); setInterval(() => {}, 1000); }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } });
  holder = child;
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the other holder ended with ${code}`)));
  });
  return child;
}

const lock = (waitMs: number, onWait?: (text: string) => void) => withLock(platform, file, { purpose: 'test', waitMs, ...(onWait && { onWait }) }, async () => 'done');

describe('the machine\'s lock', () => {
  test('is free again after the work, also when the work failed', async () => {
    await expect(withLock(platform, file, { purpose: 'test', waitMs: 0 }, async () => { throw new Error('boom'); })).rejects.toThrow('boom');
    await expect(lock(0)).resolves.toBe('done');
  });

  test('keeps another process out, and names it', async () => {
    const child = await otherHolder();
    await expect(lock(0)).rejects.toMatchObject({ exit: 'busy', reason: expect.stringContaining(`"b2d up" (process ${child.pid})`) });
  });

  test('ends with its process, even by kill -9: the waiting one goes on', async () => {
    const child = await otherHolder();
    let told = '';
    const waiting = lock(20_000, (text) => {
      told = text;
      child.kill('SIGKILL');
    });
    await expect(waiting).resolves.toBe('done');
    expect(told).toContain(`process ${child.pid}`);
  });

  test('lets one in at a time within a process', async () => {
    let inside = 0;
    const work = () => withLock(platform, file, { purpose: 'test', waitMs: 20_000 }, async () => {
      inside++;
      expect(inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside--;
    });
    await Promise.all([work(), work(), work()]);
  });
});
