import { expect, test } from '@jest/globals';
import type { MachineSpec } from '../../../../src/drivers/driver.ts';
import { createQemuDriver } from '../../../../src/drivers/qemu/driver.ts';
import { requireShares } from '../../../../src/drivers/qemu/shares.ts';
import { fakePlatform } from '../../../support/platform.ts';

/** Any program will do for QEMU: it is not run. */
const spec = { extra: { 'qemu.program': process.execPath, 'qemu.img': process.execPath } } as unknown as MachineSpec;
const answering = (stdout: string) => fakePlatform('darwin', { run: async () => ({ code: 0, stdout, stderr: '' }) });

test('a QEMU with 9p shares folders', async () => {
  await expect(requireShares(answering('virtio-9p-pci options:\n  acpi-index=<uint32>\n'), spec)).resolves.toBeUndefined();
});

test('QEMU\'s 9p has no owner of the user\'s choice', async () => {
  await expect(requireShares(answering('virtio-9p-pci options:\n'), spec, { owner: true })).rejects.toMatchObject({ exit: 'unsupported', remedy: [expect.stringContaining('--user')] });
});

test('one without says so, and what to do instead', async () => {
  await expect(requireShares(answering(''), spec)).rejects.toMatchObject({ exit: 'unsupported', reason: expect.stringContaining(process.execPath), remedy: expect.arrayContaining([expect.stringContaining('docker cp')]) });
});

test('QEMU for Windows is not even asked', async () => {
  const platform = fakePlatform('win32');
  await expect(requireShares(platform, spec)).rejects.toMatchObject({ exit: 'unsupported', reason: expect.stringContaining('Windows'), remedy: expect.arrayContaining([expect.stringContaining('virtualbox')]) });
  expect(platform.calls).toEqual([]);
});

test('a running machine takes no folder', async () => {
  const driver = createQemuDriver(fakePlatform('linux'));
  const calls = [driver.share(spec, { tag: 'b2d-1', hostPath: '/x', readOnly: false }), driver.unshare(spec, 'b2d-1')];
  for (const outcome of await Promise.allSettled(calls)) expect(outcome).toMatchObject({ status: 'rejected', reason: { exit: 'unsupported', remedy: ['b2d restart'] } });
});
