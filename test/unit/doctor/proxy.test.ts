import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { proxyCheck } from '../../../src/doctor/checks/proxy.ts';
import { parseMacProxy, parseWindowsProxy } from '../../../src/doctor/host/system-proxy.ts';
import type { OsName } from '../../../src/platform/platform.ts';
import { doctorContext } from '../../support/doctor.ts';
import { fakePlatform } from '../../support/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

/** As reg.exe prints a key. */
const registry = (...values: string[]): string => `\r\nHKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\r\n${values.map((value) => `    ${value}\r\n`).join('')}\r\nHKEY_CURRENT_USER\\...\\Internet Settings\\5.0\r\n`;
const scutil = (...lines: string[]): string => `<dictionary> {\n  ExceptionsList : <array> {\n    0 : *.local\n  }\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;

test.each([
  [[], undefined],
  [['ProxyEnable    REG_DWORD    0x0', 'ProxyServer    REG_SZ    proxy:3128'], undefined],
  [['ProxyEnable    REG_DWORD    0x1', 'ProxyServer    REG_SZ    proxy:3128', 'ProxyOverride    REG_SZ    <local>'], { address: 'http://proxy:3128' }],
  [['ProxyEnable    REG_DWORD    0x1', 'ProxyServer    REG_SZ    http=a:1;https=b:2;ftp=c:3'], { address: 'http://b:2' }],
  [['ProxyEnable    REG_DWORD    0x1', 'ProxyServer    REG_SZ    http=a:1'], undefined],
  [['ProxyEnable    REG_DWORD    0x1', 'ProxyServer    REG_SZ    '], undefined],
  [['ProxyEnable    REG_DWORD    0x0', 'AutoConfigURL    REG_SZ    http://wpad/proxy.pac'], { script: 'http://wpad/proxy.pac' }],
])('Windows: %j', (values, expected) => expect(parseWindowsProxy(registry(...values))).toEqual(expected));

test.each([
  [['HTTPSEnable : 0'], undefined],
  [['HTTPSEnable : 1', 'HTTPSPort : 3128', 'HTTPSProxy : proxy.example.com'], { address: 'http://proxy.example.com:3128' }],
  [['HTTPEnable : 1', 'HTTPPort : 80', 'HTTPProxy : other'], undefined],
  [['ProxyAutoConfigEnable : 1', 'ProxyAutoConfigURLString : http://wpad/proxy.pac'], { script: 'http://wpad/proxy.pac' }],
])('macOS: %j', (lines, expected) => expect(parseMacProxy(scutil(...lines))).toEqual(expected));

describe('the check', () => {
  let home: string;
  beforeEach(async () => void (home = await awkwardFolder('doctor')));
  afterEach(() => removeFolder(home));

  async function run(os: OsName, stdout: string, env: NodeJS.ProcessEnv = {}) {
    const platform = fakePlatform(os, { path: path.posix, homeDir: home, env, run: async () => ({ code: 0, stdout, stderr: '' }) });
    return proxyCheck.run(await doctorContext(platform, {}));
  }
  const windows = registry('ProxyEnable    REG_DWORD    0x1', 'ProxyServer    REG_SZ    proxy:3128');

  test('names the proxy of Windows where b2d has none', async () => {
    expect(await run('win32', windows)).toMatchObject([{ status: 'warn', message: expect.stringContaining('Windows uses the proxy http://proxy:3128'), remedy: [expect.stringContaining('proxy = "http://proxy:3128')] }]);
    expect(await run('darwin', scutil('HTTPSEnable : 1', 'HTTPSProxy : proxy'))).toMatchObject([{ status: 'warn', message: expect.stringContaining('macOS') }]);
    expect(await run('win32', registry('AutoConfigURL    REG_SZ    http://wpad/x.pac'))).toMatchObject([{ status: 'warn', message: expect.stringContaining('http://wpad/x.pac') }]);
  });

  test('is content with one that is set, without its password, and with none by wish', async () => {
    expect(await run('win32', windows, { HTTPS_PROXY: 'http://me:s3cret@p:1' })).toMatchObject([{ status: 'ok', message: 'Downloads go through http://p:1/.' }]);
    expect(await run('win32', windows, { B2D_PROXY: 'p:2' })).toMatchObject([{ status: 'ok', message: 'Downloads go through http://p:2/.' }]);
    expect(await run('win32', windows, { B2D_PROXY: '' })).toMatchObject([{ status: 'ok', message: 'Downloads go straight to their servers.' }]);
    expect(await run('linux', windows)).toMatchObject([{ status: 'ok' }]);
  });

  test('a proxy that cannot be used is a finding', async () => {
    await expect(run('linux', '', { HTTPS_PROXY: 'socks5://p:1' })).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining('HTTPS_PROXY') }); // runChecks makes a finding of it
  });
});
