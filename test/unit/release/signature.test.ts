import crypto from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { keyId, readPublicKeys, sign, verify } from '../../../src/release/signature.ts';
import { testKey } from '../../support/release.ts';

const bytes = Buffer.from('{"version":"1.2.3"}\n');
const [mine, next, strange] = [testKey(), testKey(), testKey()];
const refusal = (reason: string) => expect.objectContaining({ exit: 'security', reason: expect.stringContaining(reason) });

describe('a signature', () => {
  test('by a trusted key is enough, also among others', () => {
    expect(() => verify(bytes, sign(bytes, [mine.privateKey]), mine.trusted, 'x')).not.toThrow();
    expect(() => verify(bytes, sign(bytes, [strange.privateKey, next.privateKey]), [...mine.trusted, ...next.trusted], 'x')).not.toThrow();
  });

  test('is the same each time, so that a release can be made twice', () => {
    expect(sign(bytes, [mine.privateKey])).toBe(sign(bytes, [mine.privateKey]));
  });

  test.each([
    ['is missing', undefined, 'not signed'],
    ['is not JSON', 'gpg?', 'cannot be read'],
    ['has no list', '{"signatures":"x"}', 'cannot be read'],
    ['is empty', '{"signatures":[]}', 'signed with no key'],
    ['is by a stranger', sign(bytes, [strange.privateKey]), strange.trusted[0]?.id as string],
    ['is of other bytes', sign(Buffer.from('{"version":"9.9.9"}\n'), [mine.privateKey]), 'changed after it was signed'],
    ['bears a trusted name and is a stranger\'s', sign(bytes, [strange.privateKey]).replace(strange.trusted[0]?.id as string, mine.trusted[0]?.id as string), 'changed after it was signed'],
    ['is cut off', JSON.stringify({ signatures: [{ id: mine.trusted[0]?.id, ed25519: 'AAAA' }] }), 'changed after it was signed'],
  ])('that %s is refused', (_, file, reason) => {
    expect(() => verify(bytes, file, mine.trusted, 'x')).toThrow(refusal(reason));
  });

  test('is refused where no key is known', () => {
    expect(() => verify(bytes, sign(bytes, [mine.privateKey]), [], 'x')).toThrow(refusal('no key'));
  });
});

describe('public keys', () => {
  test('are read from PEM with comments between them; their name is that of OpenSSL\'s digest', () => {
    const keys = readPublicKeys(`The first\n${mine.pem}\nand the next:\r\n${next.pem.replaceAll('\n', '\r\n')}`, 'keys.pem');
    expect(keys.map(({ id }) => id)).toEqual([mine.trusted[0]?.id, next.trusted[0]?.id]);
    expect(keyId(mine.privateKey)).toBe(keys[0]?.id);
    const spki = Buffer.from(mine.pem.replace(/-----[^-]+-----|\n/g, ''), 'base64');
    expect(keys[0]?.id).toBe(crypto.createHash('sha256').update(spki).digest('hex').slice(0, 16));
  });

  test('of another kind, or damaged, are refused', () => {
    const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }).toString();
    for (const pem of [rsa, mine.pem.replace(/\n[A-Za-z0-9]{8}/, '\n')]) expect(() => readPublicKeys(pem, 'keys.pem')).toThrow(expect.objectContaining({ exit: 'usage', message: expect.stringContaining('keys.pem') }));
  });

  test('are none in a text without any', () => {
    expect(readPublicKeys('no keys yet', 'keys.pem')).toEqual([]);
  });
});
