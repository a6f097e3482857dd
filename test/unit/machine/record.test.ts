import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { listMachines, readRecord, RECORD_VERSION, writeRecord, type MachineRecord } from '../../../src/machine/record.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

const record: MachineRecord = {
  version: RECORD_VERSION, name: 'default', uuid: '6f3b0a52-54c1-4f7e-9b53-0a2d8f9f8a10', createdAt: '2026-01-01T00:00:00.000Z', driver: 'qemu',
  cpus: 2, memoryMiB: 2048, diskMiB: 20480, image: { sha256: 'a'.repeat(64), version: '0.1.0', source: '/x.iso' }, dataDiskMade: false, ports: {}, extra: {},
};

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await awkwardFolder();
  file = path.join(folder, 'machine.json');
});
afterEach(() => removeFolder(folder));

describe('machine.json', () => {
  test('comes back as it was written', async () => {
    await writeRecord(file, record);
    expect(await readRecord(file)).toEqual(record);
  });

  test('keeps shares and whether the host can be reached', async () => {
    const full: MachineRecord = { ...record, shares: [{ hostPath: 'C:\\Users\\Jörg', guestPath: '/c/Users/Jörg', readOnly: true, owner: { uid: 0, gid: 33 } }], hostAccess: false };
    await writeRecord(file, full);
    expect(await readRecord(file)).toEqual(full);
  });

  test.each([[{ shares: {} }, 'shares'], [{ shares: [null] }, 'shares'], [{ shares: [{ hostPath: '/a', guestPath: 'b', readOnly: true }] }, 'shares'], [{ shares: [{ hostPath: '/a', guestPath: '/b\t/c', readOnly: true }] }, 'shares'],
    [{ shares: [{ hostPath: '/a', guestPath: '/b' }] }, 'shares'], [{ shares: [{ hostPath: '/a', guestPath: '/b', readOnly: true, owner: { uid: '0', gid: 0 } }] }, 'shares'], [{ hostAccess: 'off' }, 'hostAccess']])('with %j is reported', async (wrong, key) => {
    await fs.writeFile(file, JSON.stringify({ ...record, ...wrong }));
    await expect(readRecord(file)).rejects.toMatchObject({ exit: 'stateUnreadable', reason: expect.stringContaining(`"${key}"`) });
  });

  test('is undefined where there is none', async () => {
    expect(await readRecord(file)).toBeUndefined();
  });

  test('cut off, is reported and left alone', async () => {
    const half = JSON.stringify(record).slice(0, 80);
    await fs.writeFile(file, half);
    await expect(readRecord(file)).rejects.toMatchObject({ exit: 'stateUnreadable', message: expect.stringContaining(file) });
    expect(await fs.readFile(file, 'utf8')).toBe(half);
  });

  test('of a newer b2d, is reported and left alone', async () => {
    const text = JSON.stringify({ ...record, version: RECORD_VERSION + 1 });
    await fs.writeFile(file, text);
    await expect(readRecord(file)).rejects.toMatchObject({ exit: 'stateUnreadable', message: expect.stringContaining('newer b2d') });
    expect(await fs.readFile(file, 'utf8')).toBe(text);
  });

  test.each(['null', '[]', '"text"', '{}', JSON.stringify({ ...record, uuid: undefined }), JSON.stringify({ ...record, memoryMiB: '2g' }), JSON.stringify({ ...record, image: null })])(
    '%s is reported', async (text) => {
      await fs.writeFile(file, text);
      await expect(readRecord(file)).rejects.toMatchObject({ exit: 'stateUnreadable' });
    });
});

test('machines are the folders with a machine.json', async () => {
  for (const name of ['b', 'a', 'half-made']) await fs.mkdir(path.join(folder, name));
  for (const name of ['b', 'a']) await writeRecord(path.join(folder, name, 'machine.json'), record);
  expect(await listMachines(folder)).toEqual(['a', 'b']);
  expect(await listMachines(path.join(folder, 'nothing'))).toEqual([]);
});
