import { describe, expect, test } from '@jest/globals';
import { defaultGuestPath, hostFolderFor, isGuestPath, isPlaceForShares, requireGuestPath } from '../../../../src/machine/shares/guest-path.ts';
import { fakePlatform } from '../../../support/platform.ts';

describe('where a folder is unless told', () => {
  test.each([
    ['linux', '/home/jörg müller/a "b", c', '/home/jörg müller/a "b", c'],
    ['darwin', '/Users/me', '/Users/me'],
    ['win32', 'C:\\Users\\Jörg Müller', '/c/Users/Jörg Müller'],
    ['win32', 'd:/src/x', '/d/src/x'],
    ['win32', 'E:\\', '/e'],
  ] as const)('%s %s', (os, hostPath, guestPath) => expect(defaultGuestPath(fakePlatform(os), hostPath)).toBe(guestPath));

  test('a network folder has no letter to be named by', () => {
    expect(() => defaultGuestPath(fakePlatform('win32'), '\\\\server\\share\\x')).toThrow(expect.objectContaining({ exit: 'usage', remedy: [expect.stringContaining('--at')] }));
  });
});

test.each([['linux', '/home/x', '/home/x'], ['win32', '/c/Users/Jörg Müller', 'C:\\Users\\Jörg Müller'], ['win32', '/d', 'D:\\'], ['win32', '/data/x', undefined]] as const)('%s: at %s is %s', (os, guestPath, folder) => {
  expect(hostFolderFor(fakePlatform(os), guestPath)).toBe(folder);
});

describe('a place in the guest', () => {
  test.each([['/Users/me', '/Users/me'], ['/a//b/../c/', '/a/c'], ['/home/docker/project', '/home/docker/project'], ['/tmp/x', '/tmp/x'], ['/usr/src/x', '/usr/src/x'], ['/binary', '/binary'], ['/日本 語', '/日本 語']])('%s', (text, normal) => {
    expect(requireGuestPath(text)).toBe(normal);
  });

  test.each(['', 'relative', './x', 'C:\\x', '/', '//', '/x/..', '/etc', '/etc/x', '/home', '/home/docker', '/home/docker/', '/usr', '/var', '/var/lib/docker/x', '/run/b2d', '/mnt', '/mnt/data', '/tmp', '/root', '/a\tb', '/a\nb', '/a/../proc/1'])('%j is refused', (text) => {
    expect(() => requireGuestPath(text)).toThrow(expect.objectContaining({ exit: 'usage', message: expect.stringContaining(JSON.stringify(text)) }));
  });

  test.each([['/home/me/x', true], ['/etc/localtime', false], ['/var/run/docker.sock', false], ['/', false], ['/a/../b', false]])('%s may have a share: %p', (text, answer) => expect(isPlaceForShares(text)).toBe(answer));

  test.each(['/a', '/a b/c', '/'])('%j may be on record', (text) => expect(isGuestPath(text)).toBe(true));
  test.each(['a', '/a/', '/a/../b', '//a', '/a\tb', '/a\u0000'])('%j may not', (text) => expect(isGuestPath(text)).toBe(false));
});
