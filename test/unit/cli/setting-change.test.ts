import { expect, test } from '@jest/globals';
import { parseChange } from '../../../src/cli/setting-change.ts';
import { fakePlatform } from '../../support/platform.ts';

const parse = (key: string, value: string) => parseChange(key, value, { platform: fakePlatform('linux'), home: '/home', cwd: '/here' });

test.each([
  ['memory', '2g', { memoryMiB: 2048 }], ['memory', '1.5 GiB', { memoryMiB: 1536 }], ['cpus', '2', { cpus: 2 }], ['disk', '100g', { diskMiB: 102_400 }],
  ['iso', 'my.iso', { iso: '/here/my.iso' }], ['driver', 'qemu', { driver: 'qemu' }], ['qemu.accel', 'tcg', { extra: { 'qemu.accel': 'tcg' } }], ['virtualbox.modifyvm', '[]', { extra: { 'virtualbox.modifyvm': '[]' } }],
])('%s %s', (key, value, expected) => {
  expect(parse(key, value)).toEqual(expected);
});

test.each([
  ['memory', '17g', /^"17g" is not possible for memory\.$/, /16 GiB/], ['memory', 'much', /much/, /2g/], ['cpus', '0', /cpus/, /from 1/], ['disk', '20', /disk/, /20g/],
  ['machine', 'dev', /machine/, /--machine/], ['memroy', '2g', /"memroy"/, /memory, cpus/], ['lima.x', '1', /"lima.x"/, /qemu\.accel/], ['qemu', 'x', /"qemu"/, /qemu\.accel/],
])('%s %s is refused', (key, value, message, reason) => {
  expect(() => parse(key, value)).toThrow(expect.objectContaining({ exit: 'usage', message: expect.stringMatching(message), reason: expect.stringMatching(reason), remedy: [expect.any(String)] }));
});
