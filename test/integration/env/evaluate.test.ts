import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runEnv } from '../../../src/env/command.ts';
import { envScript } from '../../../src/env/script.ts';
import type { ShellName } from '../../../src/env/shells.ts';
import { which } from '../../../src/platform/which.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

/** How each shell runs a script that a program printed (`cat` stands for `b2d env`), as the hint tells users to. */
const shells: Array<{ program: string; kind: ShellName; args: string[]; evaluate: (command: string) => string }> = [
  { program: 'bash', kind: 'sh', args: ['--norc', '-c'], evaluate: (command) => `eval "$(${command})"` },
  { program: 'dash', kind: 'sh', args: ['-c'], evaluate: (command) => `eval "$(${command})"` },
  { program: 'zsh', kind: 'sh', args: ['-f', '-c'], evaluate: (command) => `eval "$(${command})"` },
  { program: 'fish', kind: 'fish', args: ['--no-config', '-c'], evaluate: (command) => `${command} | source` },
  { program: 'tcsh', kind: 'tcsh', args: ['-f', '-c'], evaluate: (command) => `eval "\`${command}\`"` },
];

const values: Record<string, string> = {
  SPACES: '  two  blanks\tand a tab ',
  QUOTES: `it's "quoted" 'twice' \\' \\"`,
  EXPANSIONS: '$HOME ${HOME} $(date) `date` ~ * ? [a] {b,c} %PATH% 100% !! !date a!b \\!',
  BACKSLASHES: 'C:\\Users\\new\\table\\ \\\\server\\share\\',
  OPERATORS: '; & | < > ( ) # ^ = , @',
  LETTERS: 'Jörg Müller 日本語 😀 ‘curly’',
  DASH: '-n',
  EMPTY: '',
};
const lines: Record<string, string> = { TEXT: 'two\nlines\r\nand a half\n' };

let folder: string;
let output: string;
beforeAll(async () => {
  folder = await awkwardFolder();
  output = path.join(path.dirname(folder), 'script');
});
afterAll(() => removeFolder(folder));

/** Runs the script in a real shell and reads the environment back through a child process of that shell. */
async function evaluated(shell: (typeof shells)[number], script: string, env: Record<string, string> = {}): Promise<Record<string, string>> {
  await fs.writeFile(output, script);
  const command = `${shell.evaluate(`cat ${output}`)}; env -0`;
  const bytes = execFileSync(shell.program, [...shell.args, command], { env: { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C.UTF-8', ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  return Object.fromEntries(bytes.toString('utf8').split('\0').filter((line) => line !== '').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

describe.each(shells)('$program', (shell) => {
  const there = which(hostPlatform(), shell.program) !== undefined;
  const testThere = there ? test : test.skip;

  testThere('reads every value back byte for byte', async () => {
    const set = shell.kind === 'tcsh' ? values : { ...values, ...lines };
    const env = await evaluated(shell, envScript({ shell: shell.kind, set, unset: [], args: [] }));
    expect(Object.fromEntries(Object.keys(set).map((name) => [name, env[name]]))).toEqual(set);
  });

  testThere('does so in a locale that knows no UTF-8', async () => {
    const env = await evaluated(shell, envScript({ shell: shell.kind, set: values, unset: [], args: [] }), { LC_ALL: 'C' });
    expect(env).toMatchObject(values);
  });

  testThere('sets a machine in an awkward folder, and unsets it again', async () => {
    const certPath = path.join(folder, 'machines', 'dev', 'docker');
    const deps = { platform: { ...hostPlatform(), env: { NO_PROXY: 'a b' } }, lookup: async () => ({ dockerHost: 'tcp://127.0.0.1:2376', certPath }) };
    const wanted = { DOCKER_HOST: 'tcp://127.0.0.1:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certPath, DOCKER_MACHINE_NAME: 'dev' };
    const options = { machine: 'dev', shell: shell.program };
    expect(await evaluated(shell, await runEnv({ ...options, noProxy: true }, deps))).toMatchObject({ ...wanted, NO_PROXY: 'a b,127.0.0.1' });
    const after = await evaluated(shell, await runEnv({ ...options, unset: true }, deps), { ...wanted, DOCKER_CONTEXT: 'mine' });
    expect(Object.keys(after).filter((name) => name.startsWith('DOCKER_'))).toEqual(['DOCKER_CONTEXT']);
  });

  testThere('unsets what was never set without a word', async () => {
    const script = await runEnv({ machine: 'default', shell: shell.program, unset: true }, { platform: hostPlatform(), lookup: () => Promise.reject(new Error('not asked')) });
    expect(await evaluated(shell, script)).not.toHaveProperty('DOCKER_HOST');
  });
});

test('this run evaluated in at least one real shell', () => {
  expect(shells.some((shell) => which(hostPlatform(), shell.program) !== undefined)).toBe(true);
});
