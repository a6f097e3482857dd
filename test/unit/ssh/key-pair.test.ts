import { describe, expect, test } from '@jest/globals';
import { fingerprint, newKeyPair, publicKeyBytes, readKeyFile } from '../../../src/ssh/key-pair.ts';

describe('newKeyPair', () => {
  test('gives a sound key every time', () => {
    // ssh2 alone gets about one in 200 wrong, so 600 would show it.
    for (let count = 0; count < 600; count++) {
      const pair = newKeyPair('b2d');
      expect(readKeyFile(pair.privateKey)).toEqual({ kind: 'good', pair });
      expect(publicKeyBytes(pair.publicKey)).toHaveLength(4 + 11 + 4 + 32); // RFC 8709 4: name and key, each with its length
    }
  });
});

describe('readKeyFile', () => {
  const { privateKey } = newKeyPair('b2d');

  test.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['a public key', newKeyPair('b2d').publicKey],
    ['half a key', privateKey.slice(0, 150)],
    ['a key with one letter changed', privateKey.replace(/(\n.{60})(.)/, (_all, before: string, letter: string) => before + (letter === 'A' ? 'B' : 'A'))],
  ])('%s is damaged', (_label, text) => expect(readKeyFile(text)).toEqual({ kind: 'damaged' }));

  test('Windows line ends are no damage', () => {
    expect(readKeyFile(privateKey.replaceAll('\n', '\r\n')).kind).toBe('good');
  });
});

test('a fingerprint is spelled as ssh-keygen does', () => {
  const line = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICoAlLanlEPocNCEkhvLlwRRqxPB2XwmioJ43i5IgCUf';
  expect(fingerprint(publicKeyBytes(line)!)).toBe('SHA256:uJ/yEaRCHPpPfNNRUMnOtLdyRG8Wv42/Kimbpy+7iOs'); // ssh-keygen -l said so
  expect(publicKeyBytes('ssh-ed25519 nonsense')).toBeUndefined();
  expect(publicKeyBytes('')).toBeUndefined();
});
