import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TYPED_AND_COMPLETED } from '../../support/completion-cases.ts';
import { AWKWARD_SHARE } from '../../support/completion-home.ts';
import { completionWorld, type CompletionWorld } from '../../support/completion-world.ts';
import { ShellSession } from '../../support/shell-session.ts';
import { tool } from '../../support/tools.ts';

/** A real zsh that a user types into. */
let world: CompletionWorld;
let shell: ShellSession;
beforeEach(async () => {
  world = await completionWorld();
  shell = new ShellSession([tool('zsh', 'zsh'), '-f', '-i'], world);
  await shell.run('bindkey -e; PS1="> "');
});
afterEach(async () => {
  await shell.end();
  await world.dispose();
});

test('commands, flags, values, names and files', async () => {
  await shell.run('eval "$(b2d completion zsh)"');
  for (const [line, words] of TYPED_AND_COMPLETED) expect([line, (await shell.completed(line)).map((word) => word.replace(/^images$/, 'images/'))]).toEqual([line, words]); // zsh takes the slash back where a blank follows
});

test('descriptions are shown', async () => {
  await shell.run('eval "$(b2d completion zsh)"');
  expect(await shell.type('b2d up --d\t\t', /--driver +-- Hypervisor/)).toMatch(/--discard-state +-- Boot a suspended machine anew/);
});

describe('without eval', () => {
  test('as a file in a folder of fpath', async () => {
    await shell.run('mkdir fn; b2d completion zsh > fn/_b2d; fpath=($PWD/fn $fpath); autoload -Uz compinit; compinit -u');
    expect(await shell.completed('b2d snaps')).toEqual(['b2d', 'snapshot']);
    expect(await shell.completed('b2d snapshot re')).toEqual(['b2d', 'snapshot', 'restore']);
    expect(await fs.readdir(path.join(world.cwd, 'fn'))).toEqual(['_b2d']);
  });

  test('after compinit, with options that change the language', async () => {
    await shell.run('autoload -Uz compinit; compinit -u; setopt ksh_arrays sh_word_split no_nomatch; eval "$(b2d completion zsh)"');
    expect(await shell.completed('b2d snaps')).toEqual(['b2d', 'snapshot']);
    expect(await shell.completed('b2d share rm /data/I')).toEqual(['b2d', 'share', 'rm', AWKWARD_SHARE]);
  });
});
