import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { inspectIso } from '../../../src/image/iso9660.ts';
import { tinyIso } from '../../support/iso.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await awkwardFolder();
  file = path.join(folder, 'some image.iso');
});
afterEach(() => removeFolder(folder));

describe('what an ISO says of itself', () => {
  test('is read without booting it', async () => {
    const application = 'b2d 1.2.3 amd64 docker 28.5.2 data 2 overlay2,vfs';
    await fs.writeFile(file, tinyIso({ application }));
    expect(await inspectIso(file)).toEqual({ volumeId: 'B2D', application, version: '1.2.3', arch: 'amd64', engine: '28.5.2', data: { format: 2, storageDrivers: ['overlay2', 'vfs'] }, size: 40 * 2048 });
  });

  test('may lack its engine and its data format, and be in capitals', async () => {
    await fs.writeFile(file, tinyIso({ application: 'B2D 1.2.3 AMD64' }));
    expect(await inspectIso(file)).toMatchObject({ version: '1.2.3', arch: 'amd64', engine: '', data: undefined });
  });

  test('has no version where it is not b2d\'s', async () => {
    await fs.writeFile(file, tinyIso({ application: 'GENISOIMAGE', volumeId: 'OTHER' }));
    expect(await inspectIso(file)).toMatchObject({ volumeId: 'OTHER', version: '' });
  });

  test.each([
    ['missing', undefined, 'no such file'],
    ['empty', Buffer.alloc(0), 'empty'],
    ['short', Buffer.alloc(1000, 1), 'not an ISO'],
    ['something else', Buffer.alloc(200_000, 0x41), 'not an ISO'],
    ['truncated', tinyIso().subarray(0, 39 * 2048 + 7), 'truncated'],
  ])('%s: is refused with the reason', async (_, content, reason) => {
    if (content) await fs.writeFile(file, content);
    await expect(inspectIso(file)).rejects.toMatchObject({ exit: 'imageInvalid', reason: expect.stringContaining(reason), message: expect.stringContaining(file) });
  });

  test('a folder is refused', async () => {
    await expect(inspectIso(folder)).rejects.toMatchObject({ exitCode: expect.any(Number), message: expect.stringContaining(folder) });
  });
});
