import { describe, expect, test } from '@jest/globals';
import { readWords, type Manifest } from '../../../src/words.ts';

const common = { machine: { type: 'option', char: 'm' }, json: { type: 'boolean' }, debug: { type: 'boolean' } };
const manifest: Manifest = {
  commands: {
    up: { aliases: ['start', 'boot'], flags: common },
    ssh: { flags: { ...common, user: { type: 'option', char: 'l' }, tty: { type: 'boolean', char: 't' } } },
    disk: {},
    'disk:resize': { aliases: [] },
  },
};
const argv = (...words: string[]): string[] => readWords(words, manifest).argv;

test('help and version have a short form', () => {
  expect(argv('help')).toEqual(['--help']);
  expect(argv('help', 'disk', 'resize')).toEqual(['disk', 'resize', '--help']);
  expect(argv('--version')).toEqual(['--version']);
  expect(argv('--version', '--json')).toEqual(['version', '--json']);
  expect(argv()).toEqual([]);
});

test.each<[string[], string[]]>([
  [['ssh'], ['ssh']],
  [['ssh', '--help'], ['ssh', '--help']],
  [['ssh', 'docker', '--help'], ['ssh', '--', 'docker', '--help']],
  [['ssh', '-m', 'dev', '-t', 'top', '-h'], ['ssh', '-m', 'dev', '-t', '--', 'top', '-h']],
  [['ssh', '--machine=dev', 'ls', '--', 'x'], ['ssh', '--machine=dev', '--', 'ls', '--', 'x']],
  [['ssh', '-l', 'root', '--', 'id', '--json'], ['ssh', '-l', 'root', '--', 'id', '--json']],
])('%j: the remote command keeps its flags', (words, wanted) => {
  expect(argv(...words)).toEqual(wanted);
});

describe('facts for errors', () => {
  test('--json and --debug count before -- alone', () => {
    expect(readWords(['up', '--json', '--debug'], manifest)).toMatchObject({ json: true, debug: true, command: 'up' });
    expect(readWords(['ssh', 'docker', 'ps', '--json', '--debug'], manifest)).toMatchObject({ json: false, debug: false, command: 'ssh' });
  });

  test('names with their aliases', () => {
    const { commands, command } = readWords(['boot'], manifest);
    expect(commands).toEqual(['up', 'start', 'boot', 'ssh', 'disk', 'disk resize']);
    expect(command).toBe('boot');
    expect(readWords(['satus'], manifest).command).toBeUndefined();
    expect(readWords(['disk', 'resize', '10g'], manifest).command).toBe('disk resize');
    expect(readWords(['disk', 'resized'], manifest).command).toBe('disk');
  });
});
