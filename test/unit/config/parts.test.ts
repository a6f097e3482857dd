import { describe, expect, test } from '@jest/globals';
import { closest } from '../../../src/config/closest.ts';
import { b2dHome, expandTilde } from '../../../src/config/home.ts';
import { formatMebibytes, parseSize } from '../../../src/config/size.ts';
import { fakePlatform } from '../../support/platform.ts';

describe('b2dHome', () => {
  test.each<['linux' | 'darwin' | 'win32', string | undefined, string]>([
    ['linux', undefined, '/home/jörg müller/.b2d'], ['darwin', '', '/home/jörg müller/.b2d'], ['linux', '/srv/b2d/../x/', '/srv/x'], ['linux', '~/b', '/home/jörg müller/b'],
    ['win32', undefined, 'C:\\Users\\Jörg Müller\\.b2d'], ['win32', 'D:/b2d', 'D:\\b2d'], ['win32', '\\\\server\\share\\b2d', '\\\\server\\share\\b2d'], ['win32', '~\\b', 'C:\\Users\\Jörg Müller\\b'],
  ])('%s, B2D_HOME=%p', (os, value, folder) => {
    expect(b2dHome(fakePlatform(os, { env: value === undefined ? {} : { B2D_HOME: value } }))).toBe(folder);
  });

  test.each<['linux' | 'win32', string]>([['linux', 'b2d'], ['linux', './b2d'], ['linux', 'C:\\b2d'], ['win32', 'b2d'], ['win32', '\\b2d'], ['win32', '/b2d'], ['win32', 'C:b2d']])('%s, relative: %s is refused', (os, value) => {
    expect(() => b2dHome(fakePlatform(os, { env: { B2D_HOME: value } }))).toThrow(expect.objectContaining({ exit: 'usage', message: expect.stringContaining(value) }));
  });

  test('a tilde within a name is a letter', () => {
    expect(expandTilde(fakePlatform('linux'), '~x/y')).toBe('~x/y');
    expect(expandTilde(fakePlatform('linux'), '~')).toBe('/home/jörg müller');
  });
});

test.each<[string, number | undefined]>([
  ['2048', 2048], ['2g', 2048], ['2G', 2048], ['2GiB', 2048], ['2gb', 2048], ['512m', 512], ['512 MiB', 512], ['1.5g', 1536], ['1t', 1048576], [' 3g ', 3072], ['0', 0],
  ['', undefined], ['g', undefined], ['-2g', undefined], ['2k', undefined], ['2gi', 2048], ['1e3', undefined], ['0x10', undefined], ['1.3', undefined], ['2 g b', undefined], ['99999999999999999999', undefined],
])('parseSize(%j) is %p', (text, mebibytes) => {
  expect(parseSize(text)).toBe(mebibytes);
});

test.each([[512, '512 MiB'], [1024, '1 GiB'], [1536, '1.5 GiB'], [65536, '64 GiB'], [1048576, '1 TiB']])('formatMebibytes(%d)', (mebibytes, text) => {
  expect(formatMebibytes(mebibytes)).toBe(text);
});

test.each<[string, string | undefined]>([['memroy', 'memory'], ['Memory', 'memory'], ['mem', undefined], ['cpu', 'cpus'], ['up', 'up'], ['ud', 'up'], ['stauts', 'status'], ['xyzzy', undefined], ['', undefined]])('closest(%j) is %p', (word, meant) => {
  expect(closest(word, ['memory', 'cpus', 'up', 'status', 'ssh'])).toBe(meant);
});
