import { describe, expect, test } from '@jest/globals';
import { formatManifest, parseManifest } from '../../../src/release/manifest.ts';
import { releaseOf } from '../../support/release.ts';

const good = releaseOf('1.2.3', Buffer.alloc(10), { url: 'https://example.com/release.json' });
const parse = (value: unknown) => parseManifest(JSON.stringify(value), 'release.json');

test('what is written is read again', () => {
  expect(parseManifest(formatManifest(good), 'x')).toEqual(good);
});

test('fields that a newer b2d has added do no harm', () => {
  expect(parse({ ...good, colour: 'blue' })).toMatchObject(good);
});

test('a newer format is for a newer b2d', () => {
  expect(() => parse({ ...good, format: 2 })).toThrow(expect.objectContaining({ exit: 'imageInvalid', message: expect.stringContaining('newer b2d') }));
});

describe('refused, with the name of the field:', () => {
  const image = good.images.amd64 as object;
  test.each([
    ['version', { version: '1.2' }],
    ['version', { version: 'v1.2.3' }],
    ['expires', { expires: 'soon' }],
    ['minimumB2d', { minimumB2d: undefined }],
    ['url', { url: 'file:///etc/passwd' }],
    ['images', { images: [] }],
    ['images', { images: { amd64: { ...image, file: '../../x.iso' } } }],
    ['images', { images: { amd64: { ...image, sha256: 'A'.repeat(64) } } }],
    ['images', { images: { amd64: { ...image, size: -1 } } }],
    ['images', { images: { amd64: { ...image, urls: ['ftp://example.com/x'] } } }],
    ['images', { images: { amd64: { ...image, data: { format: '1', storageDrivers: ['overlay2'] } } } }],
    ['packages', { packages: [{ kind: 'npm', file: 'a/b', size: 1, sha256: '0'.repeat(64) }] }],
    ['format', { format: undefined }],
  ])('%s %j', (field, change) => {
    expect(() => parse({ ...good, ...change })).toThrow(expect.objectContaining({ exit: 'imageInvalid', reason: expect.stringContaining(`"${field}"`) }));
  });

  test.each(['', '{', 'null', '[]', '<html>', '"x"'])('%j', (text) => {
    expect(() => parseManifest(text, 'release.json')).toThrow(expect.objectContaining({ exit: 'imageInvalid', message: expect.stringContaining('release.json') }));
  });
});
