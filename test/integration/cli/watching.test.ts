import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestHome } from '../../support/b2d.ts';
import { writeGuestIso } from '../../support/guest.ts';
import { inTerminal } from '../../support/terminal.ts';

/** Commands that go on until Ctrl-C, in a real terminal, of a machine that was never started. */
let home: TestHome;

beforeAll(async () => {
  home = await TestHome.create();
  await home.must(['init', '--driver', 'qemu', '--disk', '1g', '--iso', await writeGuestIso(path.join(path.dirname(home.home), 'image.iso'))]);
});
afterAll(() => home.dispose());

const terminal = (args: string[], type: string) => inTerminal(['sh', '-c', 'stty cols 80 rows 24; exec "$@"', 'sh', process.execPath, 'bin/b2d.js', ...args], { env: { ...home.env, CI: '' }, type });

test('top writes over what it wrote before', async () => {
  const { text, code } = await terminal(['top', '--count', '2', '--interval', '1'], '');
  expect(code).toBe(0);
  expect(text.replaceAll('\r', '')).toMatch(/^default {2}absent {2}\d\d:\d\d:\d\d\n\u001b\[1A\u001b\[0?Jdefault {2}absent {2}\d\d:\d\d:\d\d\n$/);
});

test.each([['top'], ['status', '--watch'], ['logs', '--follow']])('%s %s ends at Ctrl-C with 130, and without a word', async (...args) => {
  await fs.writeFile(path.join(home.home, 'machines', 'default', 'console.log'), 'b2d: 0.10 init\n');
  const { text, code } = await terminal(args, '\u0003');
  expect(code).toBe(130);
  expect(text).not.toMatch(/interrupt|error/i);
});

test('without a terminal it is a line each, or an object each', async () => {
  expect(await home.must(['top', '--count', '2', '--interval', '1'])).toMatch(/^(\S+Z {2}absent\n){2}$/);
  const lines = (await home.must(['status', '--watch', '--count', '2', '--interval', '1', '--json'])).trim().split('\n').map((line) => JSON.parse(line));
  expect(lines).toEqual([expect.objectContaining({ name: 'default', state: 'absent', host: {} }), expect.objectContaining({ state: 'absent' })]);
});
