import { describe, expect, test } from '@jest/globals';
import { B2dError } from '../../../src/errors.ts';
import { formatError } from '../../../src/output/format-error.ts';
import { rootHelp } from '../../../src/output/help.ts';
import { formatTable } from '../../../src/output/table.ts';
import { terminalTraits } from '../../../src/output/terminal.ts';
import { formatBytes, formatDuration } from '../../../src/output/units.ts';

describe('formatError', () => {
  const error = new B2dError('It failed.', { reason: 'Because.\nAnd so.', details: ['\u001b[31mred\u001b[0m line\r', 'two\nlines'], remedy: ['b2d up', 'b2d logs'] });

  test('is plain without colour, and other programs\' escape sequences are gone', () => {
    expect(formatError(error, { color: false })).toBe(
      'Error: It failed.\n  Why:  Because.\n        And so.\n  | [31mred[0m line\n  | two\n  | lines\n  Try:  b2d up\n        b2d logs\n',
    );
  });

  test('says the same in colour', () => {
    const coloured = formatError(error, { color: true });
    expect(coloured).toContain('\u001b[');
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(formatError(error, { color: false }));
  });

  test('only the message is needed, and user names keep their letters', () => {
    expect(formatError(new B2dError('Cannot read /home/jörg.'), { color: false })).toBe('Error: Cannot read /home/jörg.\n');
  });
});

describe('terminalTraits', () => {
  const none = { animated: false, styled: false };
  test.each<[boolean, Record<string, string>, object]>([
    [true, { TERM: 'xterm' }, { animated: true, styled: true }],
    [true, {}, { animated: true, styled: true }],
    [true, { CI: 'true' }, { animated: false, styled: true }],
    [true, { NO_COLOR: '1' }, none], [true, { NO_COLOR: '' }, { animated: true, styled: true }], [true, { TERM: 'dumb' }, none], [false, { TERM: 'xterm' }, none],
  ])('terminal %p with %j', (isTTY, env, traits) => {
    expect(terminalTraits({ isTTY }, env)).toEqual(traits);
  });

  test('a terminal without a width is not animated', () => {
    expect(terminalTraits({ isTTY: true, columns: 0 }, {})).toEqual({ animated: false, styled: true });
    expect(terminalTraits({ isTTY: true, columns: 80 }, {}).animated).toBe(true);
  });
});

describe('formatTable', () => {
  test('aligns columns, wide letters and accents included', () => {
    expect(formatTable([['name', 'value', 'from'], ['memory', 2048, 'default'], ['日本', 'jo\u0308rg', undefined], ['last', '', 'x']])).toBe(
      'name    value  from\nmemory  2048   default\n日本    jo\u0308rg\nlast           x',
    );
  });

  test('takes ragged rows, line ends and nothing', () => {
    expect(formatTable([['a'], ['bb', 'c\nd', 'e'], ['f', 'g']])).toBe('a\nbb  c d  e\nf   g');
    expect(formatTable([])).toBe('');
  });
});

test.each([[0, '0 bytes'], [1023, '1023 bytes'], [1024, '1.0 KiB'], [25_165_824, '24.0 MiB'], [3 * 1024 ** 3, '3.0 GiB'], [5e15, '4547.5 TiB']])('formatBytes(%d)', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, '0.0 s'], [840, '0.8 s'], [59_900, '59.9 s'], [59_990, '1 min'], [60_000, '1 min'], [125_000, '2 min 5 s'], [3_600_000, '1 h'], [12_000_000, '3 h 20 min'], [100_000_000, '27 h 46 min'], [1_036_800_000, '12 days'],
])('formatDuration(%d)', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

describe('b2d help', () => {
  const all = `init up down restart suspend kill delete status ls info ip url ports env context ssh ssh-config cp config share:add share:list disk:resize snapshot:save
    download upgrade logs doctor version completion`.split(/\s+/);

  test.each([false, true])('fits a screen of 24 lines of 80 columns (Windows: %p)', (windows) => {
    const lines = rootHelp([...all, 'a-new-command'], windows).split('\n');
    expect(lines.length).toBeLessThan(24); // the prompt takes one
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('names every command there is, and none that is not', () => {
    const words = (names: string[]): string[] => rootHelp(names, false).split('Commands\n')[1]?.split('\n\n')[0]?.trim().split(/\s+/) ?? [];
    expect(words([...all, 'a-new-command'])).toEqual(expect.arrayContaining([...all.map((name) => name.split(':')[0]), 'a-new-command']));
    expect(words(['up'])).toEqual(['machine', 'up']);
  });

  test('shows how the shell of the system is pointed at the machine', () => {
    expect(rootHelp(all, true)).toContain('& b2d env | Invoke-Expression');
    expect(rootHelp(all, false)).toContain('eval "$(b2d env)"');
  });
});
