import { expect, test } from '@jest/globals';
import { splitRemoteCommand } from '../../../src/cli/remote-command.ts';

const split = (line: string) => splitRemoteCommand(line.split(' ').filter(Boolean), ['-m', '--machine']);

test.each([
  ['', '', ''],
  ['-m web', '-m web', ''],
  ['ls -la', '', 'ls -la'],
  ['-m web ls -m x', '-m web', 'ls -m x'],
  ['--machine=web -t top', '--machine=web -t', 'top'],
  ['-- --help', '', '--help'],
  ['-t -- sh -c x', '-t', 'sh -c x'],
])('%j is %j and %j', (line, own, remote) => {
  expect(split(line)).toEqual({ own: own.split(' ').filter(Boolean), remote: remote.split(' ').filter(Boolean) });
});
