import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readManifest } from '../../support/commands/list.ts';
import { TestHome, type Result } from '../../support/b2d.ts';
import { inTerminal } from '../../support/terminal.ts';
import { tool } from '../../support/tools.ts';

/** What b2d writes fits 80 columns, and is plain ASCII where it is no terminal, or where NO_COLOR or TERM=dumb ask for that. */
let home: TestHome;
beforeAll(async () => {
  home = await TestHome.create();
});
afterAll(() => home.dispose());

const b2d = (...args: string[]): Promise<Result> => home.b2d(args, { env: { B2D_ISO: '', FORCE_COLOR: undefined, NO_COLOR: undefined } });

/** Lines of the text that hold more than printable ASCII, or are too wide. */
const unfit = (text: string, width = 80): string[] => text.split('\n').filter((line) => line.length > width || /[^\x20-\x7e]/.test(line));

test('b2d help fits a screen of 24 lines', async () => {
  const { stdout, stderr, code } = await b2d('help');
  expect({ stderr, code, unfit: unfit(stdout) }).toEqual({ stderr: '', code: 0, unfit: [] });
  expect(stdout.trimEnd().split('\n').length).toBeLessThan(24); // the prompt takes one
});

test('every command and topic has help that fits', async () => {
  const ids = Object.keys((await readManifest()).commands).map((id) => id.split(':'));
  const names = [...new Set(ids.flatMap((words) => [words.join(' '), words[0] ?? '']))];
  expect(names.length).toBeGreaterThan(50);
  const bad: unknown[] = [];
  const next = names.values();
  const work = async (): Promise<void> => {
    for (const name of next) {
      const { stdout, stderr, code } = await b2d(...name.split(' '), '--help');
      if (code !== 0 || stderr !== '' || !stdout.includes(`$ b2d ${name}`) || unfit(stdout).length > 0) bad.push({ name, code, stderr, unfit: unfit(stdout) });
    }
  };
  await Promise.all([work(), work(), work()]);
  expect(bad).toEqual([]);
}, 600_000); // a process for each

test.each([[['nothing']], [['up', '--nothing']], [['disk', 'resize']], [['init', '--memory', 'much']], [['cp', 'a', 'b']], [['status']], [['completion', 'x']]])('the error of %j is plain', async (args) => {
  const { stdout, stderr, code } = await b2d(...args);
  expect(code).not.toBe(0);
  expect({ stdout, unfit: unfit(stderr, 200) }).toEqual({ stdout: '', unfit: [] });
  expect(stderr).toMatch(/^Error: .*\n(  (Why: |Try: |     |\| ).*\n)+$/);
});

test('progress is plain where it is no terminal', async () => {
  const { stderr } = await b2d('doctor');
  expect(stderr).toBe('Looking ...\nLooking: done\n');
});

describe('in a terminal', () => {
  /** In 80 columns, with these variables. */
  const terminal = async (variables: string[], ...args: string[]): Promise<string> => {
    const command = ['sh', '-c', 'stty cols 80 rows 24; exec "$@"', 'sh', tool('env', 'coreutils'), '-u', 'NO_COLOR', '-u', 'FORCE_COLOR', 'TERM=xterm', ...variables, process.execPath, path.resolve('bin/b2d.js'), ...args];
    const { text } = await inTerminal(command, { env: { ...home.env, B2D_ISO: '', CI: '' }, type: '' });
    return text.replaceAll('\r\n', '\n').replaceAll('\u00f6', 'o'); // in the name of the home's folder
  };
  const commands = [['nothing'], ['up', '--help'], ['help'], ['doctor']];

  test.each([['NO_COLOR=1'], ['TERM=dumb']])('%s: no escape sequence, no spinner, in 80 columns', async (variable) => {
    for (const args of commands) expect([args, unfit(await terminal([variable], ...args), args[0] === 'doctor' ? 200 : 80)]).toEqual([args, []]);
  });

  test('without them there are some: the test would notice', async () => {
    expect(await terminal([], 'nothing')).toMatch(/\u001b\[/);
    expect(await terminal([], 'doctor')).toMatch(/\u001b\[/);
  });

  test('coloured help fits as well', async () => {
    const text = (await terminal([], 'up', '--help')).replace(/\u001b\[[0-9;]*m/g, '');
    expect(unfit(text)).toEqual([]);
    expect(text).toContain('$ b2d up');
  });
});
