import { expect, test } from '@jest/globals';
import { processMemory } from '../../../src/platform/process-memory.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { fakePlatform } from '../../support/platform.ts';

test('this process takes some memory, and one that is not there none', async () => {
  expect(await processMemory(hostPlatform(), process.pid)).toBeGreaterThan(10 * 1024 ** 2);
  expect(await processMemory(hostPlatform(), 2 ** 22 + 1)).toBeUndefined();
});

test.each([['darwin', ' 2048\n', '/bin/ps -o rss= -p 7'], ['win32', '2097152\r\n', 'Get-Process -Id 7']] as const)('%s is asked in its own way', async (os, stdout, words) => {
  const asked: string[] = [];
  const run = async (file: string, args: readonly string[]) => {
    asked.push([file, ...args].join(' '));
    return { code: 0, stdout, stderr: '' };
  };
  expect(await processMemory(fakePlatform(os, { run }), 7)).toBe(2 * 1024 ** 2);
  expect(asked).toEqual([expect.stringContaining(words)]);
  expect(await processMemory(fakePlatform(os, { run: async () => ({ code: 1, stdout: '', stderr: 'gone' }) }), 7)).toBeUndefined();
});
