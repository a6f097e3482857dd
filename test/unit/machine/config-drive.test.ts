import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { configDrive, writeConfigDrive } from '../../../src/machine/config-drive.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

let folder: string;
beforeEach(async () => { folder = await awkwardFolder(); });
afterEach(() => removeFolder(folder));

describe('the config drive', () => {
  test('is a tar that the guest\'s tar reads, the mark first', async () => {
    const file = path.join(folder, 'config.iso');
    await writeConfigDrive(hostPlatform(), file, { 'tls/ca.pem': 'A\n', hostname: 'web\n' });
    const names = execFileSync('tar', ['-tf', file], { encoding: 'utf8' }).split('\n').filter(Boolean);
    expect(names).toEqual(['b2d-config', 'hostname', 'tls/ca.pem']);
    expect(execFileSync('tar', ['-xOf', file, 'hostname', 'b2d-config'], { encoding: 'utf8' })).toBe('1\nweb\n');
  });

  test('is readable by the user alone', async () => {
    const file = path.join(folder, 'config.iso');
    await writeConfigDrive(hostPlatform(), file, {});
    expect((await fs.stat(file)).mode & 0o777).toBe(0o600);
  });

  test.each([0, 1, 100_000])('with %i bytes in it, is at least 64 KiB and whole sectors', async (size) => {
    const bytes = await configDrive({ environment: 'x'.repeat(size) });
    expect(bytes.length).toBeGreaterThanOrEqual(64 * 1024);
    expect(bytes.length % 2048).toBe(0);
  });

  test('has the same bytes for the same files', async () => {
    expect(await configDrive({ a: '1', b: '2' })).toEqual(await configDrive({ b: '2', a: '1' }));
  });
});
