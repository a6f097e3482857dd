import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readEndpoint } from '../../../src/drivers/qemu/connection.ts';
import { qemuFiles } from '../../../src/drivers/qemu/layout.ts';
import { humanCommand, withQmp } from '../../../src/drivers/qemu/qmp.ts';
import { guestPrinted } from '../../support/machine.ts';
import { machinePool } from '../../support/qemu/machine.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

const { make, removeAll } = machinePool();
let folder: string;
beforeEach(async () => {
  folder = path.join(await awkwardFolder(), 'машина, "two",x=y');
  await fs.mkdir(folder);
});
afterEach(async () => {
  await removeAll();
  await removeFolder(path.dirname(folder));
});

test('QEMU takes folders with blanks, quotes, commas and letters beyond ASCII, and offers them by their tags', async () => {
  const { driver, spec } = await make();
  await driver.requireShares(spec);
  const shares = [{ tag: 'b2d-0123456789abcdef', hostPath: folder, readOnly: false }, { tag: 'b2d-fedcba9876543210', hostPath: folder, readOnly: true }];
  await driver.start({ ...spec, shares }, []);
  await guestPrinted(spec.consoleFile);
  const endpoint = await readEndpoint(qemuFiles(spec, path).endpoint);
  const devices = await withQmp(endpoint!, 10_000, (session) => humanCommand(session, 'info qtree'));
  for (const { tag } of shares) expect(devices).toContain(`mount_tag = "${tag}"`);
});

test('a folder that is gone keeps the machine from starting, with QEMU’s words', async () => {
  const { driver, spec } = await make();
  const hostPath = path.join(folder, 'none');
  await expect(driver.start({ ...spec, shares: [{ tag: 'b2d-1', hostPath, readOnly: false }] }, [])).rejects.toMatchObject({ exit: 'hypervisorFailed', details: expect.arrayContaining([expect.stringContaining('none')]) });
  await driver.start(spec, []);
});
