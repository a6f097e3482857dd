import { describe, expect, test } from '@jest/globals';
import type { LoginStart } from '../../../src/autostart/start.ts';
import { readWindowsCommand, windowsCommand } from '../../../src/autostart/windows-command.ts';
import { fakePlatform } from '../../support/platform.ts';

const platform = fakePlatform('win32', { release: '10.0.22631' });
const HOME = 'C:\\Users\\Jörg Müller\\.b2d';
const PROGRAM = 'C:\\Users\\Jörg Müller\\AppData\\Roaming\\npm\\node_modules\\b2d\\dist\\at-login.js';
const start = (more: Partial<LoginStart> = {}): LoginStart => ({ machine: 'default', home: HOME, node: 'C:\\Program Files\\nodejs\\node.exe', program: PROGRAM, path: '', log: '', ...more });

test('an ordinary installation', () => {
  expect(windowsCommand(platform, start())).toBe(`C:\\Windows\\System32\\conhost.exe --headless "C:\\Program Files\\nodejs\\node.exe" "${PROGRAM}" --machine default`);
});

test.each([
  [start()],
  [start({ machine: 'dev.x_1-2', home: 'D:\\Virtual machines' })],
  [start({ home: 'D:\\' })],
  [start({ home: 'D:\\a b\\' })],
  [start({ home: '\\\\server\\share\\b2d', node: 'C:\\n&d^%PATH%!\\node.exe', program: 'C:\\b2d\\dist\\at-login.js' })],
])('reads back %j', (wanted) => {
  const command = windowsCommand(platform, wanted);
  expect(readWindowsCommand(platform, command)).toEqual(wanted);
  expect(command).not.toMatch(/(^|[^\\])(\\\\)*\\"(?! )./); // a backslash that would keep a quote from ending
});

test.each([
  ['', 'notepad.exe', '"C:\\x\\conhost.exe" --headless', 'C:\\Windows\\System32\\conhost.exe --headless node.exe other.js --machine default', `node.exe "${PROGRAM}" --machine default`],
])('is not taken for b2d\'s: %s', (...commands) => {
  for (const command of commands) expect(readWindowsCommand(platform, command)).toBeUndefined();
  expect(readWindowsCommand(platform, `${windowsCommand(platform, start())} --more`)).toBeUndefined();
});

describe('cannot be expressed', () => {
  test('what is longer than Windows takes', () => {
    expect(() => windowsCommand(platform, start({ home: `D:\\${'x'.repeat(200)}` }))).toThrow(expect.objectContaining({ exit: 'usage', reason: expect.stringContaining('of 260') }));
  });

  test('a line end', () => {
    expect(() => windowsCommand(platform, start({ home: 'D:\\a\nb' }))).toThrow(expect.objectContaining({ exit: 'usage' }));
  });

  test('anything for a Windows whose conhost drops the quotes', () => {
    expect(() => windowsCommand(fakePlatform('win32', { release: '10.0.17763' }), start())).toThrow(expect.objectContaining({ exit: 'unsupported', reason: expect.stringContaining('17763') }));
  });
});
