import { expect, test } from '@jest/globals';
import { bashReplies, readBashLine } from '../../../src/completion/bash-line.ts';

const BREAKS = ' \t\n"\'@><=;|&(:';

test.each<[string, string[]]>([
  ['b2d ', ['b2d', '']],
  ['b2d  up   --mem', ['b2d', 'up', '--mem']],
  ['b2d up --driver=', ['b2d', 'up', '--driver=']],
  ['b2d cp dev:/etc/x ', ['b2d', 'cp', 'dev:/etc/x', '']],
  [String.raw`b2d a\ b`, ['b2d', 'a b']],
  [String.raw`b2d 'a\ "b' "c \"d\" \e $f"g `, ['b2d', String.raw`a\ "b`, String.raw`c "d" \e $fg`, '']],
  [`b2d 'it'\\''s`, ['b2d', `it's`]],
  [`b2d '`, ['b2d', '']],
  [`b2d ''`, ['b2d', '']],
  ['b2d \\', ['b2d', '']],
  ['', ['']],
])('%j has the words %j', (line, words) => {
  expect(readBashLine(line, BREAKS).words).toEqual(words);
});

/** What bash replaces is gone, what it left stays. */
test.each<[string, string, string]>([
  ['b2d ', 'a b', String.raw`a\ b`],
  ['b2d a', `a b"c'$d\`e!`, String.raw`a\ b\"c\'\$d` + '\\`e\\!'],
  ["b2d 'a", `a b"c'd`, String.raw`a b"c'\''d`],
  ['b2d "a', 'a b"c`$d\'', String.raw`a b\"c` + '\\`\\$d\''],
  ['b2d up --driver=q', '--driver=qemu', 'qemu'],
  ['b2d up --driver=', '--driver=qemu', 'qemu'],
  ["b2d up --iso='a", '--iso=a b', 'a b'],
  ['b2d registry rm localhost:5', 'localhost:5000', '5000'],
  ['b2d share rm /tmp/ü', '/tmp/üb er', String.raw`/tmp/üb\ er`],
])('%j and %j: %j', (line, value, reply) => {
  expect(bashReplies([value, 'other'], readBashLine(line, BREAKS))).toEqual(line === 'b2d ' ? [reply, 'other'] : [reply]);
});

test('without : among the breaks the whole word is replaced', () => {
  expect(bashReplies(['localhost:5000'], readBashLine('b2d registry rm localhost:5', ' ='))).toEqual(['localhost:5000']);
});
