import { describe, expect, test } from '@jest/globals';
import { isLeftover } from '../../../src/doctor/host/leftover-files.ts';
import { isReservedByWindows, portOwner } from '../../../src/doctor/host/port-owner.ts';
import { removeCommand } from '../../../src/doctor/host/remove-command.ts';
import { parseInaccessible } from '../../../src/doctor/host/virtualbox-leftovers.ts';
import type { OsName } from '../../../src/platform/platform.ts';
import { fakePlatform } from '../../support/platform.ts';

const printing = (os: OsName, stdout: string) => fakePlatform(os, { run: async () => ({ code: 0, stdout, stderr: '' }) });

describe('who listens on a port', () => {
  test.each([
    ['linux', 'LISTEN 0      5      127.0.0.1:18765 0.0.0.0:* users:(("python3",pid=25055,fd=3),("python3",pid=25056,fd=3))\n', { program: 'python3', pid: 25055 }],
    ['linux', 'LISTEN 0      5      127.0.0.1:18765 0.0.0.0:*\n', undefined], // another user's
    ['darwin', 'p25055\ncPython\n', { program: 'Python', pid: 25055 }],
    ['darwin', '', undefined],
    ['win32', '{"program":"com.docker.backend","pid":4711}\r\n', { program: 'com.docker.backend', pid: 4711 }],
    ['win32', '', undefined],
  ] as const)('on %s: %j', async (os, stdout, owner) => expect(await portOwner(printing(os, stdout), 18765)).toEqual(owner));

  test('is not known where the tool is missing', async () => {
    expect(await portOwner(fakePlatform('linux', { run: () => Promise.reject(new Error('spawn ss ENOENT')) }), 1)).toBeUndefined();
  });
});

test('ports that Windows keeps for itself', async () => {
  const table = '\r\nProtokoll tcp-Portausschlussbereiche\r\n\r\nStartport    Endport\r\n----------    --------\r\n      2300        2399\r\n     50000       50059     *\r\n\r\n* - Verwaltete Portausschlüsse.\r\n';
  const windows = printing('win32', table);
  expect(await Promise.all([2299, 2300, 2376, 2399, 2400, 50059].map((port) => isReservedByWindows(windows, port)))).toEqual([false, true, true, true, false, true]);
  expect(await isReservedByWindows(printing('linux', table), 2376)).toBe(false);
});

test('the command that removes files, quoted for the shell people have', () => {
  expect(removeCommand(fakePlatform('linux'), ["/a/it's", '/b c'])).toBe(`rm -- '/a/it'\\''s' '/b c'`);
  expect(removeCommand(fakePlatform('win32'), ["C:\\it's", 'C:\\ö'])).toBe(`Remove-Item -LiteralPath ('C:\\it''s'), ('C:\\' + [char]0x00F6)`);
});

test('what a killed write leaves, and what a log is', () => {
  const names = ['6f3b.partial', 'data.vdi.partial', 'machine.json.1846213095', 'key.pem.4242.tmp', 'console.log.1', 'VBox.log.3', 'machine.json', 'machine.json.v1.bak', 'data.vdi', 'x.iso.stat'];
  expect(names.filter(isLeftover)).toEqual(['6f3b.partial', 'data.vdi.partial', 'machine.json.1846213095', 'key.pem.4242.tmp']);
});

test('inaccessible machines in VirtualBox\'s long list, with CRLF too', () => {
  const text = [
    'Name:            <inaccessible!>', 'UUID:            1111AAAA-2222-3333-4444-555555555555', 'Config file:     /home/jörg/a b/b2d-x.vbox', 'Encryption:     disabled', 'Access error details:', '',
    'Name:                        b2d-two', 'Encryption:                  disabled', 'UUID:                        11111111-2222-3333-4444-555555555556', 'Config file:                 /a/b2d-two.vbox', '',
  ];
  const found = [{ uuid: '1111aaaa-2222-3333-4444-555555555555', settingsFile: '/home/jörg/a b/b2d-x.vbox' }];
  expect(parseInaccessible(text.join('\n'))).toEqual(found);
  expect(parseInaccessible(text.join('\r\n'))).toEqual(found);
});
