import { expect, test } from '@jest/globals';
import { readOptions } from '../../../../bin/dev/release/options.ts';

test('defaults', () => {
  expect(readOptions([])).toEqual({ out: undefined, keys: [], url: undefined, downloadUrl: undefined, notes: undefined, expiresDays: 400, renew: undefined, newKey: undefined });
});

test('all options', () => {
  const words = ['--out', 'o', '--key', 'a', '--key', 'b', '--url', 'https://h/release.json', '--download-url', 'https://h/v1//', '--notes', 'n', '--expires-days', '30'];
  expect(readOptions(words)).toMatchObject({ out: 'o', keys: ['a', 'b'], url: 'https://h/release.json', downloadUrl: 'https://h/v1', notes: 'n', expiresDays: 30 });
});

test.each([
  [['--expires-days', '0'], /--expires-days 0/],
  [['--expires-days', '1.5'], /--expires-days 1.5/],
  [['--url', 'ftp://h/x'], /--url ftp/],
  [['--url', 'release.json'], /--url release.json/],
  [['--download-url', 'https://user:secret@h/x'], /--download-url/],
  [['--key', 'a', '--local-key'], /exclude/],
  [['--renew', 'folder'], /--renew needs --key/],
  [['--keys', 'a'], /cannot be understood/],
  [['folder'], /cannot be understood/],
])('%j is refused', (words, message) => {
  expect(() => readOptions(words)).toThrow(expect.objectContaining({ message: expect.stringMatching(message), exit: 'usage', remedy: ['npm run release -- --help'] }));
});
