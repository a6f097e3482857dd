import { expect, test } from '@jest/globals';
import { readQuestion } from '../../../src/completion/answer.ts';
import type { Offer } from '../../../src/completion/sources.ts';

const base64 = (...words: string[]): string => Buffer.from(words.join('\n')).toString('base64');
const answer = (words: string[], offer: Offer): string | undefined => readQuestion(words)?.write(offer);
const offer: Offer = { candidates: [{ value: 'a:b\\', description: 'one\ntwo' }, { value: 'c' }] };

test('each shell passes its words in its way', () => {
  expect(readQuestion(['bash', 'b2d up --m', '='])?.words).toEqual(['up', '--m']);
  expect(readQuestion(['zsh', 'up', ''])?.words).toEqual(['up', '']);
  expect(readQuestion(['fish', ''])?.words).toEqual(['']);
  expect(readQuestion(['powershell', base64('share', 'rm', 'C:\\Jörg "x"')])?.words).toEqual(['share', 'rm', 'C:\\Jörg "x"']);
  expect(readQuestion(['powershell', base64('up', '')])?.words).toEqual(['up', '']);
  expect(readQuestion(['tcsh', 'up'])).toBeUndefined();
  expect(readQuestion([])).toBeUndefined();
});

test('the first line says what else is possible', () => {
  expect(answer(['fish', ''], {})).toBe('values\n');
  expect(answer(['fish', ''], { paths: 'files', open: true })).toBe('files open\n');
  expect(answer(['bash', 'b2d ', ''], { paths: 'folders' })).toBe('folders\n');
});

test('values and descriptions', () => {
  expect(answer(['bash', 'b2d ', ''], offer)).toBe('values\na:b\\\\\nc\n');
  expect(answer(['zsh', ''], offer)).toBe('values\na\\:b\\\\:one two\nc\n');
  expect(answer(['fish', ''], offer)).toBe('values\na:b\\\tone two\nc\n');
});

test.each(['bash', 'zsh', 'fish'])('%s gets no value with a line end', (shell) => {
  expect(answer([shell, ''], { candidates: [{ value: 'a\nrm -rf ~' }, { value: 'b' }] })).toMatch(/^values\nb\n$/);
});

test('PowerShell gets ASCII, quoted where it must be, of what begins with the word', () => {
  const text = answer(['powershell', base64('share', 'rm', 'C:')], { candidates: [{ value: 'C:\\Jörg’s $x' }, { value: "C:\\it's" }, { value: 'C:\\plain-1', description: 'ü' }, { value: 'D:' }] }) ?? '';
  expect(text).toMatch(/^[\x20-\x7e]+\n$/);
  expect(JSON.parse(text)).toEqual({
    paths: '',
    values: [
      { value: 'C:\\Jörg’s $x', text: "'C:\\Jörg’’s $x'", description: 'C:\\Jörg’s $x' },
      { value: "C:\\it's", text: "'C:\\it''s'", description: "C:\\it's" },
      { value: 'C:\\plain-1', text: 'C:\\plain-1', description: 'ü' },
    ],
  });
});
