import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { followLines, lastLines } from '../../../src/platform/follow.ts';
import { rotate } from '../../../src/platform/rename.ts';
import { eventually } from '../../support/eventually.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

let folder: string;
let file: string;
let lines: string[];
let stop: AbortController;
let following: Promise<void>;

beforeEach(async () => {
  folder = await awkwardFolder();
  file = path.join(folder, 'console.log');
  lines = [];
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await following;
  await removeFolder(folder);
});

const follow = (offset = 0): void => { following = followLines(file, offset, (line) => lines.push(line), stop.signal); };
const seen = (...expected: string[]): Promise<void> => eventually(async () => expect(lines).toEqual(expected), 20_000);

test('lines come as they are written, whole, without control sequences', async () => {
  await fs.writeFile(file, 'b2d: 0.10 init\r\n');
  follow();
  await seen('b2d: 0.10 init');
  const bytes = Buffer.from('\u001b[1mJörg\u001b[0m\r\nhalf');
  await fs.appendFile(file, bytes.subarray(0, 6)); // in the midst of a letter
  await fs.appendFile(file, bytes.subarray(6));
  await seen('b2d: 0.10 init', 'Jörg');
  await fs.appendFile(file, ' a line\n\n');
  await seen('b2d: 0.10 init', 'Jörg', 'half a line');
});

test('a file that is not there yet is waited for', async () => {
  follow();
  await fs.writeFile(file, 'one\n');
  await seen('one');
});

test('a restart begins the file anew: the old one is read to its end, the new one from its beginning', async () => {
  await fs.writeFile(file, 'one\n');
  follow();
  await seen('one');
  await fs.appendFile(file, 'two\n');
  await rotate(file);
  await fs.appendFile(`${file}.1`, 'last words\n');
  await seen('one', 'two', 'last words');
  await fs.writeFile(file, 'three\nfour\n');
  await seen('one', 'two', 'last words', 'three', 'four');
});

test('a file that was cut to nothing is read from its beginning', async () => {
  await fs.writeFile(file, 'a long line\n');
  follow();
  await seen('a long line');
  await fs.writeFile(file, 'b\n');
  await seen('a long line', 'b');
});

test('the last lines and what follows meet at one byte', async () => {
  await fs.writeFile(file, 'one\ntwo\nthree\nhalf');
  const { lines: last, end } = await lastLines(file, 2);
  expect(last).toEqual(['two', 'three']);
  follow(end);
  await fs.appendFile(file, ' and half\n');
  await seen('half and half');
  expect(await lastLines(file, 0)).toMatchObject({ lines: [] });
  expect(await lastLines(path.join(folder, 'none'), 5)).toEqual({ lines: [], end: 0 });
});

test('the last lines of a large file are as many as were asked for', async () => {
  await fs.writeFile(file, Array.from({ length: 20_000 }, (_, index) => `${index}\n`).join(''));
  expect((await lastLines(file, 3)).lines).toEqual(['19997', '19998', '19999']);
  expect((await lastLines(file, 15_000)).lines).toHaveLength(15_000);
});
