import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TYPED_AND_COMPLETED } from '../../support/completion-cases.ts';
import { completionWorld, type CompletionWorld } from '../../support/completion-world.ts';
import { execute } from '../../support/b2d.ts';
import { ShellSession } from '../../support/shell-session.ts';
import { tool } from '../../support/tools.ts';

/** A real bash that a user types into, without the package bash-completion. macOS has bash 3.2. */
let world: CompletionWorld;
let shell: ShellSession;
beforeAll(async () => {
  world = await completionWorld();
  shell = new ShellSession([tool('bash', 'bash'), '--norc', '--noprofile', '-i'], world);
  await shell.run('eval "$(b2d completion bash)"');
});
afterAll(async () => {
  await shell.end();
  await world.dispose();
});

test.each<[string, string[]]>([
  ...TYPED_AND_COMPLETED,
  ['b2d shellin', ['b2d', 'shellinit']],
  ['b2d up --machine=def', ['b2d', 'up', '--machine=default']],
  ['b2d cp dis', ['b2d', 'cp', 'disk.iso']],
  ['b2d cp disk.iso de', ['b2d', 'cp', 'disk.iso', 'de']], // default: and dev:
])('%s', async (line, words) => expect(await shell.completed(line)).toEqual(words));

test('two candidates are listed', async () => {
  const text = await shell.type('b2d up -m de\t\t', /default +dev/);
  expect(text).not.toMatch(/error|usage/i);
  await shell.run('\u0015true');
});

/** What bash itself passes to the function; in 3.2, without compopt, that is all there is. */
const replies = async (line: string, words: string): Promise<string[]> => {
  const script = `eval "$(b2d completion bash)"; COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDS=(${words}) COMP_CWORD=\${#COMP_WORDS[@]}; COMP_CWORD=$((COMP_CWORD - 1)); _b2d; printf '<%s>\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await execute(tool('bash', 'bash'), ['--norc', '-c', script, 'bash', line], world);
  expect(stderr).toBe('');
  return [...stdout.matchAll(/<(.*)>/g)].map(([, reply = '']) => reply).filter((reply) => reply !== '');
};

test('the function alone answers without a word on stderr, also outside a completion', async () => {
  expect(await replies('b2d snapshot ', 'b2d snapshot ""')).toEqual(['delete', 'list', 'restore', 'save']);
  expect(await replies('b2d up --driver=', 'b2d up --driver =')).toEqual(['auto', 'virtualbox', 'qemu']);
  expect(await replies('b2d nothing ', 'b2d nothing ""')).toEqual([]);
});

test.each([['B2D_HOME', 'relative'], ['B2D_MEMORY', 'much'], ['B2D_MACHINE', '../x'], ['PATH', '/nowhere']])('%s=%s: no error, and what can be told', async (name, value) => {
  const { stdout, stderr } = await execute(tool('bash', 'bash'), ['--norc', '-c', 'eval "$(b2d completion bash)"; export "$1"; COMP_LINE="b2d snapshot restore " COMP_POINT=21 COMP_WORDS=(b2d snapshot restore "") COMP_CWORD=3; _b2d; echo "${#COMPREPLY[@]}"', 'bash', `${name}=${value}`], world);
  expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' });
});
