import { describe, expect, test } from '@jest/globals';
import { B2dError } from '../../../src/errors.ts';
import { validateMachineName } from '../../../src/machine/name.ts';

describe('machine names', () => {
  test.each(['default', 'a', 'web-1', 'my_box.v2', '0', 'x'.repeat(63)])('%j is one', (name) => {
    expect(validateMachineName(name)).toBe(name);
  });

  test.each([
    ['', 'empty'],
    ['x'.repeat(64), '64 characters'],
    ['../../etc', 'only letters'],
    ['a/b', 'only letters'],
    ['a\\b', 'only letters'],
    ['zwei worte', 'only letters'],
    ['größe', 'only letters'],
    ['a\nb', 'only letters'],
    ['.', 'begin with'],
    ['..', 'begin with'],
    ['-rf', 'begin with'],
    ['ends.', 'end with'],
    ['con', 'Windows'],
    ['NUL.txt', 'Windows'],
    ['com1', 'Windows'],
  ])('%j is none: %s', (name, rule) => {
    expect(() => validateMachineName(name)).toThrow(rule);
    try {
      validateMachineName(name);
    } catch (error) {
      expect((error as B2dError).exitCode).toBe(2);
    }
  });
});
