import { expect, test } from '@jest/globals';
import { explained, translate } from '../../../../src/drivers/virtualbox/failure.ts';
import { VBoxManageError } from '../../../../src/virtualbox/index.ts';
import { fakePlatform } from '../../../support/platform.ts';

function failure(stderr: string, timedOutAfter?: number): VBoxManageError {
  return new VBoxManageError(fakePlatform('win32'), { command: ['VBoxManage.exe', 'modifyvm', 'uuid'], stderr, ...(timedOutAfter ? { timedOutAfter } : { exitCode: 1 }) });
}

test.each([
  ["VBoxManage.exe: error: The machine 'b2d-one' is already locked for a session (or being unlocked)\r\n", 'busy', "VirtualBox's window"],
  ['VBoxManage.exe: error: Failed to create medium. VERR_DISK_FULL\r\n', 'storage', 'full'],
  ['VBoxManage.exe: error: VT-x is disabled in the BIOS for all CPU modes (VERR_VMX_MSR_ALL_VMX_DISABLED)\r\n', 'hypervisorFailed', 'firmware'],
  ['VBoxManage.exe: error: Something new\r\n', 'hypervisorFailed', 'Something new'],
])('%s', (stderr, exit, reason) => {
  const error = translate(failure(stderr), 'It failed.', { details: ['a line of the log'] });
  expect(error).toMatchObject({ message: 'It failed.', exit, reason: expect.stringContaining(reason), details: expect.arrayContaining([expect.stringContaining('VBoxManage modifyvm'), 'a line of the log']) });
  expect((error as { remedy: string[] }).remedy.length).toBeGreaterThan(0);
});

test('no answer names VBoxSVC and how to end it', () => {
  expect(translate(failure('', 20_000), 'It failed.')).toMatchObject({ reason: expect.stringContaining('VBoxSVC'), remedy: expect.arrayContaining([expect.stringContaining('taskkill')]) });
});

test("other errors stay what they are", async () => {
  const other = new RangeError('a fault of ours');
  await expect(explained('It failed.', () => Promise.reject(other))).rejects.toBe(other);
  await expect(explained('It failed.', () => Promise.reject(failure('VBoxManage: error: no')))).rejects.toMatchObject({ name: 'B2dError', message: 'It failed.' });
});
