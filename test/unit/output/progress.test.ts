import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { createProgress, silentProgress } from '../../../src/output/progress.ts';

/** What is written to a stream that says whether it is a terminal. */
function output(isTTY: boolean): { stream: PassThrough & { isTTY: boolean }; text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80, cursorTo: () => true, clearLine: () => true, moveCursor: () => true });
  return { stream, text: () => String(stream.read() ?? '') };
}

describe('where nobody watches', () => {
  test.each<[string, boolean, Record<string, string>]>([['a pipe', false, {}], ['a dumb terminal', true, { TERM: 'dumb' }], ['NO_COLOR', true, { NO_COLOR: '1' }]])('plain lines: %s', async (_, isTTY, env) => {
    const { stream, text } = output(isTTY);
    const progress = createProgress(stream, env);
    expect(await progress.step('Virtual machine', async (step) => { step.update('half'); return 7; })).toBe(7);
    await progress.step('Image', async () => 'b2d', (name) => `Image ${name}`);
    await expect(progress.step('Engine', async () => { throw new Error('no'); })).rejects.toThrow('no');
    progress.note('That is all.');
    expect(text()).toBe('Virtual machine ...\nVirtual machine: done\nImage ...\nImage b2d\nEngine ...\nEngine: failed\nThat is all.\n');
  });
});

test('where nobody watches, a step that takes long says how far it is every few seconds', async () => {
  const { stream, text } = output(false);
  let now = 0;
  await createProgress(stream, {}, () => now).step('Image', async (step) => {
    for (const seconds of [1, 4, 5, 6, 9, 10, 30]) {
      now = seconds * 1000;
      step.update(`${seconds} s`, 0.5);
    }
  });
  expect(text()).toBe('Image ...\nImage: 5 s\nImage: 10 s\nImage: 30 s\nImage: done\n');
});

test.each([[0, '[....................] x'], [0.5, '[##########..........] x'], [1, '[####################] x'], [7, '[####################] x'], [undefined, 'Image: x']])('on a terminal a bar shows how much is done: %s', async (share, expected) => {
  const { stream, text } = output(true);
  const progress = createProgress(stream, { TERM: 'xterm' });
  await progress.step('Image', async (step) => { step.update('x', share); progress.note('a note draws the line anew'); });
  expect(text()).toContain(expected);
});

test('on a terminal a spinner moves, and ends with the result', async () => {
  const { stream, text } = output(true);
  const progress = createProgress(stream, { TERM: 'xterm' });
  await progress.step('Image', async (step) => { step.update('10 MiB'); progress.note('a note'); }, () => 'Image is there');
  await expect(progress.step('Engine', async () => { throw new Error('no'); })).rejects.toThrow('no');
  const written = text();
  expect(written).toContain('\u001b[');
  expect(written).toMatch(/Image is there\n/);
  expect(written).toContain('a note\n');
  expect(written).toMatch(/Engine\n/);
});

test('silent progress does the work', async () => {
  expect(await silentProgress.step('x', async () => 3)).toBe(3);
});
