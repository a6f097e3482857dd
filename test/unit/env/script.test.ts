import { describe, expect, test } from '@jest/globals';
import { quoteFish, quotePowerShell, quoteSh, quoteTcsh } from '../../../src/env/quote.ts';
import { envScript } from '../../../src/env/script.ts';
import type { ShellName } from '../../../src/env/shells.ts';
import { evaluateCmd, evaluatePowerShell } from '../../support/shell-rules.ts';

const script = (shell: ShellName, set: Record<string, string>, known = {}) => envScript({ shell, set, unset: [], args: [], known });
const valueLine = (text: string) => text.split('\n')[0] ?? '';

test('quoting, by example', () => {
  expect(quoteSh(`it's $HOME`)).toBe(`'it'\\''s $HOME'`);
  expect(quoteFish(`it's C:\\x`)).toBe(`'it\\'s C:\\\\x'`);
  expect(quoteTcsh(`it's!`)).toBe(`'it'\\''s\\!'`);
  expect(quotePowerShell(`it's $Env:X`)).toBe(`'it''s $Env:X'`);
  expect(quotePowerShell('Jörg')).toBe(`'J' + [char]0x00F6 + 'rg'`);
  expect(quotePowerShell('')).toBe(`''`);
});

describe('PowerShell', () => {
  test.each([
    'C:\\Users\\Jörg Müller\\.b2d\\machines\\default\\docker', `it's`, `‘curly’ ‚quotes‛ “too”`, '$Env:PATH `n "$(x)" ${y} @{a=1} 100% & | ; #', 'ö', '😀 emoji', '日本語', 'tab\tline\nend', '',
  ])('%j comes back through ASCII alone', (value) => {
    const line = valueLine(script('powershell', { DOCKER_CERT_PATH: value }));
    const [, expression] = /^\$Env:DOCKER_CERT_PATH = (.*)$/s.exec(line) ?? [];
    expect(evaluatePowerShell(expression ?? '')).toBe(value);
  });
});

describe('cmd', () => {
  const known = { B2D_HOME: undefined, USERPROFILE: 'C:\\Users\\Jörg & Söhne' };

  test.each(['C:\\Program Files (x86)\\b2d', '100% of %PATH% ^ & | < > ! \' ` $ ; , =', 'tcp://127.0.0.1:2376', ''])('%j stands for itself', (value) => {
    expect(evaluateCmd(valueLine(script('cmd', { DOCKER_CERT_PATH: value }, known)), {})).toEqual(['DOCKER_CERT_PATH', value]);
  });

  test('letters beyond ASCII are left to a variable cmd already has', () => {
    const line = valueLine(script('cmd', { DOCKER_CERT_PATH: 'C:\\Users\\Jörg & Söhne\\.b2d\\machines\\default\\docker' }, known));
    expect(line).toBe('CALL SET "DOCKER_CERT_PATH=%USERPROFILE%\\.b2d\\machines\\default\\docker"');
    expect(evaluateCmd(line, { USERPROFILE: known.USERPROFILE })).toEqual(['DOCKER_CERT_PATH', 'C:\\Users\\Jörg & Söhne\\.b2d\\machines\\default\\docker']);
  });

  test.each(['D:\\Jörg', 'C:\\Users\\Jörg & Söhne\\é', 'C:\\Users\\Jörg & Söhne\\100%', 'two\nlines', 'C:\\a"b'])('%j is refused, not damaged', (value) => {
    expect(() => script('cmd', { DOCKER_CERT_PATH: value }, known)).toThrow(expect.objectContaining({ exit: 'usage' }));
  });

  test('no variable is used that would not expand to itself', () => {
    expect(() => script('cmd', { X: 'C:\\ö%\\x' }, { B2D_HOME: 'C:\\ö%' })).toThrow(expect.objectContaining({ exit: 'usage' }));
  });
});

test.each<[ShellName, string]>([['sh', 'a\0b'], ['tcsh', 'a\nb'], ['tcsh', 'a\rb'], ['fish', '\0'], ['powershell', '\0']])('%s refuses %j', (shell, value) => {
  expect(() => script(shell, { X: value })).toThrow(expect.objectContaining({ exit: 'usage', message: expect.stringContaining('X') }));
});

test.each<[ShellName, string]>([
  ['sh', `export A='1'\nunset B\n# Run this to configure your shell:\n# eval "$(b2d env --machine dev)"\n`],
  ['fish', `set -gx A '1';\nset -e B;\n# Run this to configure your shell:\n# b2d env --machine dev | source\n`],
  ['tcsh', `setenv A '1';\nunsetenv B;\n: 'Run this to configure your shell:';\n: 'eval "\`b2d env --machine dev\`"';\n`],
  ['powershell', `$Env:A = '1'\nRemove-Item -Path Env:B -ErrorAction SilentlyContinue\n# Run this to configure your shell:\n# & b2d env --machine dev | Invoke-Expression\n`],
  ['cmd', `SET "A=1"\nSET "B="\nREM Run this to configure your shell:\nREM @FOR /f "tokens=*" %i IN ('b2d env --machine dev') DO @%i\n`],
])('the whole script for %s', (shell, text) => {
  expect(envScript({ shell, set: { A: '1' }, unset: ['B'], args: ['--machine', 'dev'] })).toBe(text);
});
