import { describe, expect, test } from '@jest/globals';
import { delayBefore, isPassing, retryAfter } from '../../../../src/image/download/retry.ts';

describe('the wait before the next try', () => {
  test('is doubled each time, up to half a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 20].map((vain) => delayBefore(vain, undefined, () => 1))).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  test('is half chance', () => {
    expect(delayBefore(3, undefined, () => 0)).toBe(2000);
    expect(delayBefore(3, undefined, () => 0.5)).toBe(3000);
  });

  test('is at least what the server asks for, up to two minutes', () => {
    expect(delayBefore(1, 7000, () => 1)).toBe(7000);
    expect(delayBefore(6, 7000, () => 1)).toBe(30_000);
    expect(delayBefore(1, 86_400_000, () => 1)).toBe(120_000);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  test.each([
    [undefined, undefined],
    ['120', 120_000],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 00:01:30 GMT', 90_000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['soon', undefined],
  ])('%s', (header, expected) => {
    expect(retryAfter(header, now)).toBe(expected);
  });
});

test('what passes by itself is tried again, what does not is not', () => {
  expect([200, 206, 301, 400, 401, 403, 404, 407, 408, 410, 416, 425, 429, 451, 500, 501, 502, 503, 504, 505, 511].filter(isPassing)).toEqual([408, 425, 429, 500, 502, 503, 504]);
});
