import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { Errors, Flags, Parser } from '@oclif/core';
import { B2dError } from '../../../src/errors.ts';
import { handleError, toB2dError, type ErrorOptions } from '../../../src/output/run-error.ts';

const commands = ['up', 'down', 'status', 'disk resize', 'delete', 'destroy'];

function told(error: unknown, options: Partial<ErrorOptions> = {}): { code: number; stdout: string; stderr: string } {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = handleError(error, { json: false, debug: false, commands, env: {}, ...options, stdout, stderr });
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

async function parseError(argv: string[], flags: Parameters<typeof Parser.parse>[1]['flags'] = { shell: Flags.string(), memory: Flags.string(), lines: Flags.integer() }): Promise<unknown> {
  return Parser.parse(argv, { flags, strict: true }).then(() => { throw new Error('parsed'); }, (error: unknown) => error);
}

test('a B2dError is told on stderr with its exit code', () => {
  const error = new B2dError('The machine "dev" is not running.', { exit: 'machineNotRunning', reason: 'It was shut down.', remedy: ['b2d up --machine dev'] });
  expect(told(error)).toEqual({
    code: 4, stdout: '', stderr: 'Error: The machine "dev" is not running.\n  Why:  It was shut down.\n  Try:  b2d up --machine dev\n',
  });
});

test('--json tells the same on stdout and nothing on stderr', () => {
  const { code, stdout, stderr } = told(new B2dError('No.', { exit: 'busy', remedy: 'wait' }), { json: true });
  expect({ code, stderr }).toEqual({ code: 12, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({ error: 'No.', code: 'busy', exitCode: 12, remedy: ['wait'] });
});

test('--debug adds the stacks of the error and its causes, in JSON too', () => {
  const error = new B2dError('Outer.', { cause: new Error('inner') });
  expect(told(error, { debug: true }).stderr).toMatch(/Error: Outer\.\n(.|\n)*B2dError: Outer(.|\n)*caused by Error: inner/);
  expect(JSON.parse(told(error, { debug: true, json: true }).stdout).stack).toContain('caused by Error: inner');
  expect(told(error).stderr).not.toContain('inner');
});

test('a command that ended itself has said all', () => {
  expect(told(new Errors.ExitError(137))).toEqual({ code: 137, stdout: '', stderr: '' });
  expect(told(new Errors.ExitError(0))).toEqual({ code: 0, stdout: '', stderr: '' });
});

describe('wrong usage ends with exit code 2', () => {
  test.each([
    ['command satus not found', /"satus" is not a command(.|\n)*Did you mean "status"\?(.|\n)*b2d status/],
    ['command xyzzy not found', /"xyzzy" is not a command of b2d\.\n  Try:  b2d help\n$/],
    ['Command delte not found.', /Did you mean "delete"/],
    ['command stauts:now not found', /Did you mean "status"/],
    ['command disk:resise not found', /Did you mean "disk resize"/],
    ['command disk:frobnicate not found', /"disk frobnicate" is not a command of b2d\.\n  Try:  b2d disk --help\n$/],
    ['command down:a:b not found', /b2d down does not take "a" "b"\.\n  Try:  b2d down --help/],
  ])('%s', (message, text) => {
    const result = told(new Errors.CLIError(message));
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(text);
  });

  test.each<[string[], RegExp]>([
    [['--shel', 'x'], /Unknown flag: --shel\n  Why:  Did you mean "--shell"\?\n  Try:  b2d up --help/],
    [['--zzzzzz'], /Unknown flag: --zzzzzz\n  Try:  b2d up --help/],
    [['--memory'], /^Error: Flag --memory expects a value\n  Try:  b2d up --help\n$/],
    [['--lines', 'x'], /^Error: Parsing --lines\n  \| Expected an integer but received: x\n  Try:  b2d up --help\n$/],
    [['extra'], /^Error: Unexpected argument: extra\n  Try:  b2d up --help\n$/],
  ])('%j', async (argv, text) => {
    const result = told(await parseError(argv), { command: 'up' });
    expect(result.stderr).toMatch(text);
    expect(result.code).toBe(2);
  });
});

test.each([[new TypeError('x is not a function')], ['thrown text'], [undefined], [null]])('%p is a mistake in b2d, exit code 1', (error) => {
  const result = told(error);
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(/^Error: b2d failed in a way it should not(.|\n)*--debug/);
  expect(toB2dError(error).exitCode).toBe(1);
});
