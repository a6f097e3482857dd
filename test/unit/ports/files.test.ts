import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openLog } from '../../../src/ports/log.ts';
import { readForwarderState, writeForwarderState, type ForwarderState } from '../../../src/ports/state.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

let folder: string;
beforeEach(async () => { folder = await awkwardFolder(); });
afterEach(() => removeFolder(folder));

describe('the log', () => {
  const now = () => new Date('2026-01-02T03:04:05Z');
  const file = () => path.join(folder, 'port-forwarder.log');

  test('has a line with the time for each event, and nothing that steers a terminal', async () => {
    const log = openLog(file(), { now });
    log('opened 127.0.0.1:80/tcp');
    log(`the engine said \u001b[2Jx\r\nsecond line ${'y'.repeat(10_000)}`);
    const [first, second, end] = (await fs.readFile(file(), 'utf8')).split('\n');
    expect(first).toBe('2026-01-02T03:04:05.000Z opened 127.0.0.1:80/tcp');
    expect(second).toMatch(/^2026-01-02T03:04:05.000Z the engine said x second line y+$/);
    expect(second?.length).toBeLessThan(600);
    expect(end).toBe('');
  });

  test('never grows beyond its limit: the one before is kept', async () => {
    const log = openLog(file(), { now, maxBytes: 1000 });
    for (let line = 0; line < 100; line++) log(`line ${line}`);
    const [current, before] = await Promise.all([fs.readFile(file(), 'utf8'), fs.readFile(`${file()}.1`, 'utf8')]);
    expect(Math.max(current.length, before.length)).toBeLessThanOrEqual(1000);
    expect(current).toContain('line 99\n');
    expect((await fs.readdir(folder)).sort()).toEqual(['port-forwarder.log', 'port-forwarder.log.1']);
  });

  test('that cannot be written is no error', () => {
    expect(() => openLog(path.join(folder, 'missing', 'log'))('lost')).not.toThrow();
  });
});

describe("the forwarder's file", () => {
  const file = () => path.join(folder, 'port-forwarder.json');
  const state: ForwarderState = { version: '1.2.3', pid: 7, bind: 'all', trouble: null, failures: { 'port-tcp-80': 'Another program uses it.' } };

  test('is read as it was written, by this user alone', async () => {
    await writeForwarderState(file(), state);
    expect(await readForwarderState(file())).toEqual(state);
    expect((await fs.stat(file())).mode & 0o777).toBe(0o600);
  });

  test.each(['', '{', 'null', '[]', '{"version":1}', '{"version":"1","pid":-1,"bind":"all"}', '{"version":"1","pid":"7; x","bind":"all"}', '{"version":"1","pid":7,"bind":"everywhere"}'])('damaged as %j says nothing', async (text) => {
    await fs.writeFile(file(), text);
    expect(await readForwarderState(file())).toBeUndefined();
  });

  test('that is not there says nothing, and parts of the wrong kind are left out', async () => {
    expect(await readForwarderState(file())).toBeUndefined();
    await fs.writeFile(file(), JSON.stringify({ ...state, trouble: 3, failures: { a: 1, b: 'text' } }));
    expect(await readForwarderState(file())).toEqual({ ...state, trouble: null, failures: { b: 'text' } });
  });
});
