import { describe, expect, test } from '@jest/globals';
import { isEntryName, refuseHostName, sameHostName, staysInside } from '../../../src/copy/names.ts';

describe('names that Windows cannot have', () => {
  test.each(['a:b', 'a\\b', 'c:', 'what?', 'a*', '"a"', '<a', 'a|b', 'tab\t', 'end.', 'end ', '...', 'nul', 'COM1.txt', 'lpt9', 'aux.c'])('%j', (name) => {
    expect(refuseHostName({ os: 'win32' }, name)).toMatch(/Windows/);
    expect(refuseHostName({ os: 'linux' }, name)).toBeUndefined();
  });
  test.each(['a', '.hidden', 'com10', 'nullify', 'a.b c', 'Jörg'])('%j is possible', (name) => expect(refuseHostName({ os: 'win32' }, name)).toBeUndefined());
  test('and no system a NUL', () => expect(refuseHostName({ os: 'linux' }, 'a\0')).toMatch(/NUL/));
});

test('names that are one on Windows and macOS', () => {
  for (const os of ['win32', 'darwin'] as const) {
    expect(sameHostName({ os }, 'README')).toBe(sameHostName({ os }, 'readme'));
    expect(sameHostName({ os }, 'J\u00f6rg')).toBe(sameHostName({ os }, 'Jo\u0308rg'));
  }
  expect(sameHostName({ os: 'linux' }, 'README')).not.toBe(sameHostName({ os: 'linux' }, 'readme'));
});

test.each(['', '.', '..', 'a/b', '/etc', '../x'])('%j is no entry of a folder', (name) => expect(isEntryName(name)).toBe(false));

describe('a link', () => {
  test.each([['a', 0], ['a/b', 0], ['./a', 0], ['../a', 1], ['../../a/b', 2], ['.', 0], ['..', 1], ['a..b', 0]] as const)('to %j, %d folders deep, stays inside', (target, depth) => {
    expect(staysInside(target, depth)).toBe(true);
  });
  test.each([['/etc/passwd', 3], ['..', 0], ['../a', 0], ['../../a', 1], ['a/../../b', 1], ['a/..', 0], ['', 0], ['C:/x', 0], ['c:x', 0], ['a\\..\\b', 0]] as const)('to %j, %d folders deep, may lead out', (target, depth) => {
    expect(staysInside(target, depth)).toBe(false);
  });
});
