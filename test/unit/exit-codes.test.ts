import fs from 'node:fs';
import { expect, test } from '@jest/globals';
import { ExitCode } from '../../src/exit-codes.ts';

test('docs/exit-codes.md lists every exit code, and no other', () => {
  const rows = [...fs.readFileSync('docs/exit-codes.md', 'utf8').matchAll(/^\| (\d+) \| (\w+) \|/gm)];
  expect(Object.fromEntries(rows.map(([, code, name]) => [name, Number(code)]))).toEqual(ExitCode);
});
