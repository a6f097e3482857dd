import { describe, expect, test } from '@jest/globals';
import { parseCopyOperands } from '../../../src/cli/copy-operands.ts';

const parse = (words: string[], os: 'linux' | 'win32' = 'linux') => parseCopyOperands({ os }, words);

describe('b2d cp takes', () => {
  test.each([
    [['a', ':/x'], { direction: 'to machine', machine: undefined, sources: ['a'], destination: '/x' }],
    [['a', 'b', 'dev:x'], { direction: 'to machine', machine: 'dev', sources: ['a', 'b'], destination: 'x' }],
    [[':/x', ':y', '.'], { direction: 'from machine', machine: undefined, sources: ['/x', 'y'], destination: '.' }],
    [[':', '.'], { direction: 'from machine', machine: undefined, sources: ['.'], destination: '.' }],
    [['a', ':~/b'], { direction: 'to machine', machine: undefined, sources: ['a'], destination: './b' }],
    [['./a:b', ':~'], { direction: 'to machine', machine: undefined, sources: ['./a:b'], destination: '.' }],
    [['dev:a:b', '/tmp/c:d'], { direction: 'from machine', machine: 'dev', sources: ['a:b'], destination: '/tmp/c:d' }],
    [['c:x', '.'], { direction: 'from machine', machine: 'c', sources: ['x'], destination: '.' }],
    [['-', ':x'], { direction: 'to machine', machine: undefined, sources: ['-'], destination: 'x' }],
  ])('%j', (words, expected) => expect(parse(words)).toEqual(expected));

  test.each([
    [['C:\\x', ':/x'], { direction: 'to machine', machine: undefined, sources: ['C:\\x'], destination: '/x' }],
    [['c:x', 'D:/y', 'dev:'], { direction: 'to machine', machine: 'dev', sources: ['c:x', 'D:/y'], destination: '.' }],
    [[':/a', 'E:'], { direction: 'from machine', machine: undefined, sources: ['/a'], destination: 'E:' }],
    [['\\\\?\\C:\\x', ':y'], { direction: 'to machine', machine: undefined, sources: ['\\\\?\\C:\\x'], destination: 'y' }],
    [['.\\a:b', ':y'], { direction: 'to machine', machine: undefined, sources: ['.\\a:b'], destination: 'y' }],
  ])('on Windows %j', (words, expected) => expect(parse(words, 'win32')).toEqual(expected));
});

describe('b2d cp refuses', () => {
  test.each([
    [[], 'Nothing'], [['a'], 'Where'], [['a', 'b'], 'Neither'], [[':a', ':b'], 'Both'], [['a', ':b', ':c'], 'Some'], [['x:a', 'y:b', '.'], 'several machines'],
    [['-x', 'a', ':b'], '-x'], [['', ':b'], 'empty'],
  ])('%j', (words, named) => expect(() => parse(words)).toThrow(expect.objectContaining({ exit: 'usage', message: expect.stringContaining(named) })));
});
