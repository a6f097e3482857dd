import { describe, expect, test } from '@jest/globals';
import { judge, validatorOf } from '../../../../src/image/download/response.ts';

const url = 'https://example.com/x.iso';
const verdict = (statusCode: number, headers: Record<string, string>, wanted: { offset?: number; etag?: string; size?: number } = {}) => judge(url, { statusCode, headers }, { offset: 0, now: 0, ...wanted });

describe('what an answer means', () => {
  test.each<[string, number, Record<string, string>, { offset?: number; etag?: string; size?: number }, object]>([
    ['a whole file', 200, { 'content-length': '10' }, {}, { way: 'anew', total: 10 }],
    ['a file of unknown length', 200, {}, {}, { way: 'anew', total: undefined }],
    ['the whole instead of the rest', 200, { 'content-length': '10' }, { offset: 4 }, { way: 'anew', total: 10 }],
    ['the rest', 206, { 'content-range': 'bytes 4-9/10' }, { offset: 4 }, { way: 'append', total: 10 }],
    ['the rest of who knows what', 206, { 'content-range': 'bytes 4-9/*' }, { offset: 4 }, { way: 'append', total: undefined }],
    ['the rest of the same version', 206, { 'content-range': 'bytes 4-9/10', etag: '"a"' }, { offset: 4, etag: '"a"' }, { way: 'append', total: 10 }],
    ['the rest of another version', 206, { 'content-range': 'bytes 4-9/10', etag: '"b"' }, { offset: 4, etag: '"a"' }, { way: 'useless', total: undefined }],
    ['another part', 206, { 'content-range': 'bytes 0-9/10' }, { offset: 4 }, { way: 'useless', total: undefined }],
    ['a part without saying which', 206, {}, { offset: 4 }, { way: 'useless', total: undefined }],
    ['a part in words nobody knows', 206, { 'content-range': 'lines 4-9/10' }, { offset: 4 }, { way: 'useless', total: undefined }],
    ['a part that nobody asked for', 206, { 'content-range': 'bytes 4-9/10' }, {}, { way: 'useless', total: undefined }],
    ['nothing is missing', 416, { 'content-range': 'bytes */4' }, { offset: 4 }, { way: 'complete', total: 4 }],
    ['the file is shorter now', 416, { 'content-range': 'bytes */3' }, { offset: 4 }, { way: 'useless', total: 3 }],
    ['not encoded, and says so', 200, { 'content-encoding': 'identity', 'content-length': '10' }, { size: 10 }, { way: 'anew', total: 10 }],
  ])('%s', (_, status, headers, wanted, expected) => {
    expect(verdict(status, headers, wanted)).toEqual(expected);
  });

  test.each<[string, number, Record<string, string>, { offset?: number; size?: number }, object]>([
    ['another length', 200, { 'content-length': '11' }, { size: 10 }, { exit: 'imageInvalid', reason: expect.stringContaining('11 bytes, not 10') }],
    ['another length of the whole', 206, { 'content-range': 'bytes 4-10/11' }, { offset: 4, size: 10 }, { exit: 'imageInvalid' }],
    ['gzip', 200, { 'content-encoding': 'gzip' }, {}, { exit: 'network', reason: expect.stringContaining('gzip') }],
    ['a page', 200, { 'content-type': 'text/html; charset=utf-8' }, {}, { exit: 'network', reason: expect.stringContaining('web page') }],
    ['gone', 410, {}, {}, { exit: 'network', reason: expect.stringContaining('no such file') }],
    ['a login', 511, {}, {}, { exit: 'network', reason: expect.stringContaining('log in') }],
    ['the proxy\'s password', 407, {}, {}, { exit: 'network', remedy: [expect.stringContaining('USER:PASSWORD')] }],
    ['no content', 204, {}, {}, { exit: 'network', reason: expect.stringContaining('204') }],
    ['416 for the whole', 416, {}, {}, { exit: 'network', reason: expect.stringContaining('416') }],
    ['busy', 503, { 'retry-after': '3' }, {}, { askedMs: 3000 }],
  ])('%s is refused', (_, status, headers, wanted, expected) => {
    expect(() => verdict(status, headers, wanted)).toThrow(expect.objectContaining(expected));
  });
});

describe('what may stand in an If-Range', () => {
  const modified = 'Thu, 01 Jan 2026 00:00:00 GMT';
  test.each<[string, Record<string, string>, string | undefined]>([
    ['a strong ETag', { etag: '"a"' }, '"a"'],
    ['not a weak one', { etag: 'W/"a"' }, undefined],
    ['a date that is long over', { 'last-modified': modified, date: 'Thu, 01 Jan 2026 00:01:00 GMT' }, modified],
    ['not one that is just now', { 'last-modified': modified, date: 'Thu, 01 Jan 2026 00:00:59 GMT' }, undefined],
    ['not one that nothing can be compared with', { 'last-modified': modified }, undefined],
    ['the ETag before the date', { etag: '"a"', 'last-modified': modified, date: 'Fri, 02 Jan 2026 00:00:00 GMT' }, '"a"'],
  ])('%s', (_, headers, expected) => {
    expect(validatorOf(headers)).toBe(expected);
  });
});
