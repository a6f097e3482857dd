import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checkClean, notesOf, readCheckout } from '../../../../bin/dev/release/checkout.ts';
import { awkwardFolder, removeFolder } from '../../../support/temp.ts';

let folder: string;
beforeEach(async () => {
  folder = await awkwardFolder();
  await fs.writeFile(path.join(folder, 'package.json'), '{"name":"b2d","version":"1.2.3","files":[],"dependencies":{}}');
});
afterEach(() => removeFolder(folder));

describe('the date of a release', () => {
  test('is SOURCE_DATE_EPOCH where it is set', async () => {
    expect(await readCheckout(folder, { SOURCE_DATE_EPOCH: '1767225600' })).toMatchObject({ date: new Date('2026-01-01T00:00:00Z'), packageJson: { version: '1.2.3' }, changed: undefined });
  });

  test('must come from somewhere', async () => {
    await expect(readCheckout(folder, {})).rejects.toMatchObject({ exit: 'usage', reason: expect.stringContaining('not a git checkout') });
    await expect(readCheckout(folder, { SOURCE_DATE_EPOCH: 'yesterday' })).rejects.toMatchObject({ reason: expect.stringContaining('"yesterday"') });
  });
});

test('sources that are no commit can be released for oneself only', () => {
  const checkout = { root: folder, packageJson: { name: 'b2d', version: '1.2.3', files: [], dependencies: {} }, date: new Date(0) };
  expect(checkClean({ ...checkout, changed: [] }, true)).toBeUndefined();
  expect(checkClean({ ...checkout, changed: [' M a'] }, false)).toMatch(/^1 file/);
  expect(checkClean({ ...checkout, changed: undefined }, false)).toMatch(/not a git checkout/);
  expect(() => checkClean({ ...checkout, changed: [' M a', '?? b'] }, true)).toThrow(expect.objectContaining({ details: [' M a', '?? b'] }));
  expect(() => checkClean({ ...checkout, changed: undefined }, true)).toThrow(/made again/);
});

describe('notes', () => {
  const changelog = '# Changelog\n\n## Unreleased\n\n- new\n\n## [1.2.0] - 2026-01-01\n\n### Features\n\n- two\n\n## 1.1.0\r\n\r\n- one\r\n\n## v1.0.0\n';
  test.each([
    ['1.2.0', '### Features\n\n- two'],
    ['1.1.0', '- one'],
    ['1.0.0', ''],
    ['1.3.0', '- new'],
    ['1.2', '- new'],
  ])('of %s', (version, notes) => expect(notesOf(changelog, version)).toBe(notes));

  test('of a changelog without sections are empty', () => expect(notesOf('# Changelog\n', '1.0.0')).toBe(''));
});
