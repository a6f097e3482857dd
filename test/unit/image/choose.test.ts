import { describe, expect, test } from '@jest/globals';
import { chooseImage } from '../../../src/image/choose.ts';
import type { ListedImage } from '../../../src/image/list.ts';

const image = (start: string, version: string): ListedImage => ({ sha256: start.padEnd(64, '0'), version, file: '', bytes: 1, storedAt: new Date(0) });
const images = [image('abcdef1', '0.1.0'), image('abcdef2', '0.2.0'), image('123456', '0.2.0'), image('fffff', '')];
const chosen = (word: string): string => chooseImage(images, word).sha256.replace(/0+$/, '');

describe('an image is meant', () => {
  test.each([['0.1.0', 'abcdef1'], ['abcdef2', 'abcdef2'], ['ABCDEF2', 'abcdef2'], ['sha256:123456', '123456'], ['123456'.padEnd(64, '0'), '123456']])('by %s', (word, start) => {
    expect(chosen(word)).toBe(start);
  });

  test.each([
    ['0.2.0', 'usage', /means 2 images/], ['abcdef', 'usage', /means 2 images/], ['abcde', 'usage', /too short/], ['', 'imageInvalid', /no image/],
    ['999999', 'imageInvalid', /no image "999999"/], ['latest', 'imageInvalid', /no image "latest"/], ['../abcdef1', 'imageInvalid', /no image/],
  ])('by %j none', (word, exit, message) => {
    expect(() => chosen(word)).toThrow(expect.objectContaining({ exit, message: expect.stringMatching(message) }));
  });
});
