import { describe, expect, jest, test } from '@jest/globals';
import { detectShell, windowsParentProcesses, type ParentProcess } from '../../../src/env/detect.ts';
import { parseShell, shellOfProgram } from '../../../src/env/shells.ts';
import { fakePlatform } from '../../support/platform.ts';

const nobody = async (): Promise<ParentProcess[]> => [];
const parents = (...list: Array<string | [string, string]>) => async () =>
  list.map((entry) => (typeof entry === 'string' ? { name: entry, commandLine: entry } : { name: entry[0], commandLine: entry[1] }));

describe('detectShell on macOS and Linux', () => {
  test.each([
    ['/bin/sh', 'sh'], ['/bin/bash', 'sh'], ['/usr/bin/zsh', 'sh'], ['/usr/bin/dash', 'sh'], ['/opt/homebrew/bin/fish', 'fish'],
    ['/bin/tcsh', 'tcsh'], ['/bin/csh', 'tcsh'], ['/usr/bin/pwsh', 'powershell'],
  ])('SHELL=%s is %s', async (path, shell) => {
    const asked = jest.fn(nobody);
    expect(await detectShell(fakePlatform('linux', { env: { SHELL: path } }), asked)).toBe(shell);
    expect(asked).not.toHaveBeenCalled();
  });

  test.each([[{}], [{ SHELL: '' }], [{ SHELL: '/usr/bin/nu' }]])('%j is refused, naming --shell', async (env) => {
    await expect(detectShell(fakePlatform('darwin', { env }), nobody)).rejects.toMatchObject({
      exit: 'usage', remedy: [expect.stringContaining('--shell')],
    });
  });
});

describe('detectShell on Windows', () => {
  test.each([
    ['PowerShell', parents('powershell.exe', 'explorer.exe'), 'powershell'],
    ['PowerShell 7', parents('pwsh.exe', 'WindowsTerminal.exe'), 'powershell'],
    ['cmd', parents('cmd.exe', 'explorer.exe'), 'cmd'],
    ['cmd, capitals', parents('CMD.EXE'), 'cmd'],
    ['npm\'s b2d.cmd run by PowerShell', parents(['cmd.exe', 'C:\\Windows\\system32\\cmd.exe /c ""C:\\npm\\b2d.cmd" env"'], 'powershell.exe'), 'powershell'],
    ['FOR /F in cmd', parents(['cmd.exe', 'C:\\Windows\\system32\\cmd.exe /c b2d env'], 'cmd.exe'), 'cmd'],
    ['cmd /c from a program that is no shell', parents(['cmd.exe', 'cmd /d /s /c "b2d env"'], 'node.exe', 'Code.exe'), 'cmd'],
    ['npx', parents('node.exe', ['cmd.exe', 'cmd /c npx b2d env'], 'pwsh.exe'), 'powershell'],
  ])('%s', async (_, processes, shell) => {
    expect(await detectShell(fakePlatform('win32'), processes)).toBe(shell);
  });

  test('Git Bash and MSYS2 say so in the environment', async () => {
    expect(await detectShell(fakePlatform('win32', { env: { SHELL: 'C:\\Program Files\\Git\\usr\\bin\\bash.exe' } }), nobody)).toBe('sh');
    expect(await detectShell(fakePlatform('win32', { env: { SHELL: '/usr/bin/bash' } }), nobody)).toBe('sh');
    expect(await detectShell(fakePlatform('win32', { env: { MSYSTEM: 'MINGW64' } }), nobody)).toBe('sh');
  });

  test('no shell among the ancestors is refused', async () => {
    await expect(detectShell(fakePlatform('win32'), parents('Code.exe', 'explorer.exe'))).rejects.toMatchObject({ exit: 'usage' });
  });
});

describe('windowsParentProcesses', () => {
  test('asks Get-CimInstance with an argument array and reads name and command line', async () => {
    const platform = fakePlatform('win32', { env: { SystemRoot: 'D:\\Windows' } });
    const answering = { ...platform, run: async (file: string, args: readonly string[]) => {
      await platform.run(file, args);
      return { code: 0, stdout: 'cmd.exe\tcmd /c "b2d env"\r\npwsh.exe\t\r\n', stderr: '' };
    } };
    expect(await windowsParentProcesses(answering, 4321)).toEqual([{ name: 'cmd.exe', commandLine: 'cmd /c "b2d env"' }, { name: 'pwsh.exe', commandLine: '' }]);
    expect(platform.calls).toHaveLength(1);
    expect(platform.calls[0]?.[0]).toBe('D:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe');
    expect(platform.calls[0]?.at(-1)).toContain('$next = 4321');
  });

  test('falls back to tasklist for the parent alone', async () => {
    const platform = fakePlatform('win32');
    const run = async (file: string) => {
      if (file.endsWith('powershell.exe')) throw new Error('blocked by policy');
      return { code: 0, stdout: '\r\n"cmd.exe","4321","Console","1","4.000 K"\r\n', stderr: '' };
    };
    expect(await windowsParentProcesses({ ...platform, run }, 4321)).toEqual([{ name: 'cmd.exe', commandLine: '' }]);
    expect(await windowsParentProcesses({ ...platform, run: async () => ({ code: 1, stdout: 'INFO: No tasks', stderr: '' }) }, 1)).toEqual([]);
  });
});

describe('--shell', () => {
  test.each([['bash', 'sh'], ['zsh', 'sh'], ['PowerShell', 'powershell'], ['pwsh', 'powershell'], ['cmd', 'cmd'], ['/usr/bin/fish', 'fish']])('%s', (name, shell) => {
    expect(parseShell(name)).toBe(shell);
  });

  test.each(['', 'bsh', 'constructor', 'toString'])('"%s" is refused with the list', (name) => {
    expect(shellOfProgram(name)).toBeUndefined();
    expect(() => parseShell(name)).toThrow(expect.objectContaining({ exit: 'usage', remedy: [expect.stringContaining('powershell')] }));
  });
});
