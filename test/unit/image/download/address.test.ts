import { describe, expect, test } from '@jest/globals';
import { checkedAddress, shownAddress } from '../../../../src/image/download/address.ts';

const sha256 = 'a'.repeat(64);

describe('where an image may come from', () => {
  test.each<[string, { allowHttp?: boolean; sha256?: string }]>([
    ['https://example.com/x.iso', {}],
    ['http://127.0.0.1:8080/x.iso', {}],
    ['http://127.9.9.9/x.iso', {}],
    ['http://localhost/x.iso', {}],
    ['http://[::1]/x.iso', {}],
    ['http://example.com/x.iso', { allowHttp: true, sha256 }],
  ])('%s %j', (url, options) => {
    expect(checkedAddress(url, options).href).toBe(url);
  });

  test.each<[string, { allowHttp?: boolean; sha256?: string }, RegExp]>([
    ['http://example.com/x.iso', {}, /Plain http/],
    ['http://example.com/x.iso', { sha256 }, /Plain http/],
    ['http://example.com/x.iso', { allowHttp: true }, /only its digest/],
    ['http://127.0.0.1.example.com/x.iso', {}, /Plain http/],
    ['http://localhost.example.com/x.iso', {}, /Plain http/],
    ['http://0.0.0.0/x.iso', {}, /Plain http/],
    ['ftp://127.0.0.1/x.iso', {}, /https/],
    ['file:///etc/passwd', {}, /https/],
    ['https://', {}, /https/],
  ])('not %s %j', (url, options, reason) => {
    expect(() => checkedAddress(url, options)).toThrow(expect.objectContaining({ exit: 'usage', reason: expect.stringMatching(reason) }));
  });
});

test('a password in an address is not shown', () => {
  expect(shownAddress('https://me:secret@example.com/x.iso?a=b')).toBe('https://example.com/x.iso?a=b');
  expect(() => checkedAddress('ftp://me:secret@example.com/x.iso', {})).toThrow(expect.objectContaining({ message: 'An image cannot be fetched from ftp://example.com/x.iso.' }));
});
