import { describe, expect, test } from '@jest/globals';
import { readManifest } from '../support/commands/list.ts';
import { problemOf, quotedInDocs, quotedInMarkdown, quotedInSource, quotedInSources, type Quoted } from '../support/commands/quoted.ts';

describe('command lines that users are told to type name commands and flags that there are', () => {
  test.each([['in the messages of src/', quotedInSources, 150], ['in README.md and docs/', quotedInDocs, 150]])('%s', async (_, read, atLeast) => {
    const [manifest, quoted] = [await readManifest(), await read()];
    expect(quoted.length).toBeGreaterThan(atLeast); // the search itself works
    expect(quoted.flatMap(({ place, line }) => problemOf(line, manifest)?.concat(`: ${line}  (${place})`) ?? [])).toEqual([]);
  });
});

const lines = (quoted: Quoted[]): string[] => quoted.map(({ line }) => line);

test('what counts as a command line in a source', () => {
  const source = [
    'const a = ["b2d up", "Make it: b2d init", "Start it:  b2d up. It takes a while", "Say \\"b2d ls\\", or `b2d top`", "what b2d does", "b2d needs a disk", "b2d: nothing"];',
    'const b = [`b2d delete${flag} --yes`, `To keep it: b2d ca rm ${name}`, `b2d ${first} --help`, "<%= config.bin %> cp a :b", `eval "$(b2d env)"`];',
    '// "b2d nothing"',
  ].join('\n');
  expect(lines(quotedInSource('x.ts', source))).toEqual(['b2d up', 'b2d init', 'b2d up', 'b2d ls', 'b2d top', 'b2d delete --yes', 'b2d ca rm INSERTED', 'b2d INSERTED --help', 'b2d cp a :b', 'b2d env']);
});

test('what counts as a command line in Markdown', () => {
  expect(lines(quotedInMarkdown('x.md', 'b2d does; `b2d up` and `eval "$(b2d env)"`\n```console\n$ b2d ssh -- ls   # there\nb2d says nothing\noutput of b2d up\n```\n'))).toEqual(['b2d up', 'b2d env', 'b2d ssh -- ls', 'b2d says nothing']);
});

test.each<[string, string | undefined]>([
  ['b2d up --memory 4g -m dev', undefined],
  ['b2d start --cpus=2', undefined],
  ['b2d snapshot restore NAME --yes', undefined],
  ['b2d image', undefined],
  ['b2d ssh -- docker run --rm', undefined],
  ['b2d ca add x --no-restart', undefined],
  ['b2d COMMAND --anything', undefined],
  ['b2d did not make it', undefined],
  ['b2d begin', 'there is no command "begin"'],
  ['b2d satus of it', 'there is no command "satus"'],
  ['b2d image nothing', '"image" has no command "nothing"'],
  ['b2d up --fast', '"up" has no flag --fast'],
  ['b2d snapshot list -q', '"snapshot list" has no flag -q'],
])('%s: %s', async (line, problem) => expect(problemOf(line, await readManifest())).toBe(problem));
