import { describe, expect, test } from '@jest/globals';
import { EscapeFilter } from '../../../src/ssh/escape.ts';

/** What passes of the given chunks, and whether the session was ended. */
async function typed(...chunks: string[]): Promise<{ passed: string; ended: boolean }> {
  let ended = false;
  const filter = new EscapeFilter(() => (ended = true));
  for (const chunk of chunks) filter.write(chunk);
  filter.end();
  let passed = '';
  for await (const part of filter) passed += (part as Buffer).toString();
  return { passed, ended };
}

describe('the escapes of ssh', () => {
  test.each([
    [['~.'], '', true],
    [['ls\r~.'], '', true],
    [['ls\r', '~', '.'], 'ls\r', true],
    [['~~.'], '~.', false],
    [['a~.'], 'a~.', false],
    [['~/bin\r'], '~/bin\r', false],
    [['cd ~\r~'], 'cd ~\r', false],
    [['\u00e4\u20ac~.'], '\u00e4\u20ac~.', false],
  ])('%j passes %j', async (chunks, passed, ended) => expect(await typed(...chunks)).toEqual({ passed, ended }));
});
