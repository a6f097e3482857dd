import crypto from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { MachineSpec } from '../../src/drivers/driver.ts';
import { createQemuDriver } from '../../src/drivers/qemu/driver.ts';
import { configDrive } from '../../src/machine/config-drive.ts';
import { hostPlatform } from '../../src/platform/platform.ts';
import { IMAGE } from '../support/b2d.ts';
import { eventually } from '../support/eventually.ts';
import { awkwardFolder, removeFolder } from '../support/temp.ts';

/** The real image with config drives that b2d itself would never write. */
const driver = createQemuDriver(hostPlatform());
let folder: string;
let spec: MachineSpec;

beforeEach(async () => {
  folder = await awkwardFolder('b2d-drive');
  spec = {
    name: 'odd', uuid: crypto.randomUUID(), directory: folder, cpus: 1, memoryMiB: 1024, diskMiB: 1024, dataDiskBase: path.join(folder, 'data'),
    imageFile: IMAGE, configDriveFile: path.join(folder, 'config.iso'), consoleFile: path.join(folder, 'console.log'), extra: {},
  };
});
afterEach(async () => {
  await driver.powerOff(spec);
  await removeFolder(folder);
}, 60_000);

test.each([
  ['noise', async () => crypto.randomBytes(65_536), /error: .*config drive/],
  ['cut off', async () => Buffer.concat([(await configDrive({ hostname: 'x\n', authorized_keys: 'k'.repeat(100_000) })).subarray(0, 30_000), Buffer.alloc(2048 * 20)]), /error: .*config drive/],
  ['without certificates', async () => configDrive({ hostname: 'bare\n' }), /error: .*certificates/],
])('%s: the console says so, and no engine is reachable', async (_, content, message) => {
  await fs.writeFile(spec.configDriveFile, await content());
  await driver.create(spec);
  await driver.start(spec, []);
  await eventually(async () => expect(await fs.readFile(spec.consoleFile, 'utf8')).toMatch(message), 240_000);
}, 300_000);
