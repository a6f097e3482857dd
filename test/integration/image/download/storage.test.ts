import fs from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { execute, type Result } from '../../../support/b2d.ts';
import { content, digestOf, downloadFixture } from '../../../support/download.ts';
import { sendFile } from '../../../support/http-faults.ts';
import { tool } from '../../../support/tools.ts';

const whole = content(6_000_000);
const sha256 = digestOf(whole);
const program = path.resolve(import.meta.dirname, '..', '..', '..', 'support', 'download-process.ts');

const at = downloadFixture();

/** Runs a download where the folder is mounted in that way, in a mount namespace of its own: with its last process the mount is gone. `$1` is the folder. */
async function inNamespace(mount: string, options: object): Promise<Result & { told: Record<string, unknown> }> {
  const script = `${mount} && exec "$2" "$3" "$4"`;
  const json = JSON.stringify({ folder: at.box.folder, ...options });
  const result = await execute(tool('unshare', 'util-linux'), ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', at.box.folder, process.execPath, program, json], { env: { ...process.env, NODE_OPTIONS: '' } });
  if (result.stdout === '') throw new Error(result.stderr);
  return { ...result, told: JSON.parse(result.stdout) as Record<string, unknown> };
}

describe('a full disk', () => {
  const small = 'mount -t tmpfs -o size=3m tmpfs "$1"';

  test('is noticed before anything is written', async () => {
    await at.start((request, response) => sendFile(request, response, whole));
    const { told } = await inNamespace(small, { url: `${at.server.base}/x.iso`, sha256 });
    expect(told).toMatchObject({ code: 'storage', error: expect.stringContaining('no room'), reason: expect.stringMatching(/needs 5.7 MiB more, and 3.0 MiB/) });
  });

  test('is noticed while it fills, and what to do is told', async () => {
    await at.start((_, response) => {
      response.write(whole); // without a length
      response.end();
    });
    const { told } = await inNamespace(small, { url: `${at.server.base}/x.iso`, sha256 });
    expect(told).toMatchObject({ code: 'storage', error: expect.stringContaining('x.partial'), reason: 'The disk is full.', remedy: [expect.stringContaining('Free some space')] });
    expect(at.server.requests).toHaveLength(1);
  });
});

test('a folder that cannot be written is named', async () => {
  await at.start((request, response) => sendFile(request, response, whole));
  const { told } = await inNamespace('mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"', { url: `${at.server.base}/x.iso`, sha256 });
  expect(told).toMatchObject({ code: 'storage', error: expect.stringContaining(path.join(at.box.folder, 'locks')), reason: 'The file system is read-only.' });
  expect(at.server.requests).toEqual([]);
  expect(await fs.readdir(at.box.folder)).toEqual([]);
});
