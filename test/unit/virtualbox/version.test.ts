import { expect, test } from '@jest/globals';
import { parseVersion } from '../../../src/virtualbox/version.ts';
import { recorded } from '../../support/virtualbox/record/recorded.ts';

test.each([
  ['7.2.22_Debianr175245', 7, 2, 22, 'supported'],
  ['7.1.4r165100', 7, 1, 4, 'supported'],
  ['7.0.16_Ubuntur162802', 7, 0, 16, 'supported'],
  ['7.2.0_BETA1r168000', 7, 2, 0, 'supported'],
  ['7.0.20_OSE', 7, 0, 20, 'supported'],
  ['7.2.4', 7, 2, 4, 'supported'],
  ['7.3.0r180000', 7, 3, 0, 'newer'],
  ['8.0.0_RC1r190000', 8, 0, 0, 'newer'],
  ['6.1.50r161033', 6, 1, 50, 'too-old'],
  ['4.3.28_OSEr100309', 4, 3, 28, 'too-old'],
])('%s', (text, major, minor, patch, support) => {
  expect(parseVersion(`${text}\r\n`)).toEqual({ text, major, minor, patch, support, warnings: [] });
});

test.each(['unix', 'windows'] as const)('the warning before it, which the distribution’s start script prints (%s line ends)', (style) => {
  const version = parseVersion(recorded('version-without-module', style).stdout);
  expect(version?.text).toBe(recorded('version').stdout.trim());
  expect(version?.warnings).toEqual([
    'WARNING: The character device /dev/vboxdrv does not exist. Please install the virtualbox-dkms package and the appropriate headers, most likely linux-headers-amd64.',
    'You will not be able to start VMs until this problem is fixed.',
  ]);
});

test('no version is none', () => {
  expect(parseVersion('WARNING: something 7.2.1 is wrong\n')).toBeUndefined();
  expect(parseVersion('')).toBeUndefined();
});
