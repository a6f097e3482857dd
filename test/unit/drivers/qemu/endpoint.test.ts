import crypto from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { prepareEndpoint } from '../../../../src/drivers/qemu/endpoint.ts';
import { qemuFiles, type QemuFiles } from '../../../../src/drivers/qemu/layout.ts';
import { fakePlatform } from '../../../support/platform.ts';
import { plainFolder } from '../../../support/temp.ts';

const UUID = crypto.randomUUID();
let folder: string;
beforeEach(async () => {
  folder = await plainFolder();
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

async function filesIn(directory: string): Promise<QemuFiles> {
  const files = qemuFiles({ directory, uuid: UUID }, path);
  await fs.mkdir(files.folder, { recursive: true });
  return files;
}

test('a short folder holds its own socket, recorded relative to it', async () => {
  const files = await filesIn(folder);
  expect(await prepareEndpoint(fakePlatform('linux'), files, UUID, 'unix')).toEqual({ kind: 'unix', path: path.join(files.folder, 'qmp.sock') });
  expect(JSON.parse(await fs.readFile(files.endpoint, 'utf8'))).toEqual({ kind: 'unix', path: 'qmp.sock' });
  expect((await fs.readdir(files.folder)).sort()).toEqual(['endpoint.json']);
});

test('a long folder uses the private runtime folder, within macOS’ 104 bytes, and stays there', async () => {
  const files = await filesIn(path.join(folder, 'ä'.repeat(60)));
  const platform = fakePlatform('darwin', { tmpDir: folder });
  const endpoint = await prepareEndpoint(platform, files, UUID, 'unix');
  if (endpoint.kind !== 'unix') throw new Error('not a socket');
  expect(Buffer.byteLength(endpoint.path)).toBeLessThan(104);
  expect(endpoint.path.startsWith(folder)).toBe(true);
  expect((await fs.stat(path.dirname(endpoint.path))).mode & 0o777).toBe(0o700);
  expect(await prepareEndpoint({ ...platform, tmpDir: '/nowhere' }, files, UUID, 'unix')).toEqual(endpoint);
});

test('a runtime folder that others can enter, or a link, is refused', async () => {
  const files = await filesIn(path.join(folder, 'x'.repeat(120)));
  const name = `b2d-${process.getuid?.()}`;
  const [open, linked] = [path.join(folder, 'open'), path.join(folder, 'linked')];
  await fs.mkdir(path.join(open, name), { recursive: true });
  await fs.chmod(path.join(open, name), 0o755);
  await fs.mkdir(linked);
  await fs.mkdir(path.join(folder, 'elsewhere'), { mode: 0o700 });
  await fs.symlink(path.join(folder, 'elsewhere'), path.join(linked, name));
  for (const tmpDir of [open, linked]) {
    await expect(prepareEndpoint(fakePlatform('linux', { tmpDir }), files, UUID, 'unix')).rejects.toMatchObject({ exit: 'storage', reason: expect.stringContaining('another user or others') });
  }
});

test('the TLS key is made once and private; the port stays until it is asked for anew', async () => {
  const files = await filesIn(folder);
  const platform = fakePlatform('linux');
  const first = await prepareEndpoint(platform, files, UUID, 'tls');
  if (first.kind !== 'tls') throw new Error('not TLS');
  const key = await fs.readFile(first.keyFile, 'utf8');
  expect(key).toMatch(/^b2d:[0-9a-f]{64}\n$/);
  expect((await fs.stat(first.keyFile)).mode & 0o777).toBe(0o600);
  expect(await prepareEndpoint(platform, files, UUID, 'tls')).toEqual(first);
  expect(await fs.readFile(first.keyFile, 'utf8')).toBe(key);
  expect(await prepareEndpoint(platform, files, UUID, 'tls', true)).toMatchObject({ kind: 'tls', port: expect.any(Number) });
});
