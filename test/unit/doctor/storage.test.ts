import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Check } from '../../../src/doctor/check.ts';
import { diskSpaceCheck } from '../../../src/doctor/checks/disk-space.ts';
import { homeCheck } from '../../../src/doctor/checks/home.ts';
import { leftoverFilesCheck } from '../../../src/doctor/checks/leftover-files.ts';
import { locksCheck } from '../../../src/doctor/checks/locks.ts';
import { memoryCheck } from '../../../src/doctor/checks/memory.ts';
import { settingsCheck } from '../../../src/doctor/checks/settings.ts';
import { withLock } from '../../../src/platform/lock.ts';
import { hostPlatform, type Platform } from '../../../src/platform/platform.ts';
import { execute } from '../../support/b2d.ts';
import { doctorContext } from '../../support/doctor.ts';
import { fakePlatform } from '../../support/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

const GIB = 1024 ** 3;
let home: string;
beforeEach(async () => void (home = await awkwardFolder('doctor')));
afterEach(() => removeFolder(home));

const platform = (more: Partial<Platform> = {}, env: NodeJS.ProcessEnv = {}) => fakePlatform('linux', { env: { B2D_HOME: home, ...env }, ...more });
const run = async (check: Check, more: Partial<Platform> = {}, env: NodeJS.ProcessEnv = {}) => check.run(await doctorContext(platform(more, env)));
const put = async (file: string, content = '') => {
  await fs.mkdir(path.dirname(path.join(home, file)), { recursive: true });
  await fs.writeFile(path.join(home, file), content);
};

describe('settings', () => {
  test('of their defaults', async () => expect(await run(settingsCheck)).toMatchObject([{ status: 'ok', message: expect.stringContaining('no config.toml') }]));

  test('of a file that is not TOML', async () => {
    await put('config.toml', 'cpus = = 2\n');
    expect(await run(settingsCheck)).toMatchObject([{ status: 'fail', message: expect.stringContaining('line 1'), remedy: [expect.any(String)] }]);
  });

  test('with a value that cannot be: the others count', async () => {
    await put('config.toml', 'driver = "qemu"\nmemory = "lots"\n');
    const context = await doctorContext(platform());
    expect(await settingsCheck.run(context)).toMatchObject([{ status: 'fail', message: expect.stringContaining('lots') }]);
    expect(context.wantedDriver).toBe('qemu');
  });

  test('with a name b2d does not know', async () => {
    await put('config.toml', 'memroy = "2g"\n');
    expect(await run(settingsCheck)).toMatchObject([{ status: 'warn', message: expect.stringContaining('memory') }]);
  });

  test('a broken file leaves the driver settings of the variables', async () => {
    await put('config.toml', '[');
    expect((await doctorContext(platform({}, { B2D_VIRTUALBOX_PROGRAM: '/opt/VBoxManage' }))).extra).toEqual({ 'virtualbox.program': '/opt/VBoxManage' });
  });

  test('a relative B2D_HOME is a finding, and nothing below it is looked at', async () => {
    const context = await doctorContext(platform({}, { B2D_HOME: 'here' }));
    expect(await settingsCheck.run(context)).toMatchObject([{ status: 'fail', message: expect.stringContaining('"here"') }]);
    for (const check of [homeCheck, diskSpaceCheck, leftoverFilesCheck]) expect(await check.run(context)).toMatchObject([{ status: 'skipped' }]);
  });
});

describe('B2D_HOME', () => {
  test('that is private', async () => {
    await fs.chmod(home, 0o700);
    expect(await run(homeCheck)).toMatchObject([{ status: 'ok' }]);
  });

  test('that others can look into', async () => {
    await fs.chmod(home, 0o750);
    const [finding] = await run(homeCheck);
    expect(finding).toMatchObject({ status: 'warn', message: expect.stringContaining('0750') });
    expect(await execute('sh', ['-c', finding?.remedy?.[0] ?? ''])).toMatchObject({ code: 0 });
    expect(await run(homeCheck)).toMatchObject([{ status: 'ok' }]);
  });

  test('that is not there yet', async () => expect(await run(homeCheck, {}, { B2D_HOME: path.join(home, 'new') })).toMatchObject([{ status: 'ok' }]));

  test('that is a file', async () => {
    await put('file');
    expect(await run(homeCheck, {}, { B2D_HOME: path.join(home, 'file') })).toMatchObject([{ status: 'fail', message: expect.stringContaining('ENOTDIR') }]);
  });

  test.each([
    ['O:S-1-5-21-1G:S-1-5-21-1D:PAI(A;OICI;FA;;;S-1-5-21-1-2-3-1001)', 'ok', 'yours alone'],
    ['O:BAG:SYD:(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)(D;;FA;;;AN)', 'warn', 'names Users.'],
    ['O:BAG:SYD:(A;;FA;;;WD)(A;;FA;;;AU)', 'warn', 'names Everyone, Authenticated Users.'],
  ])('on Windows with the access list %s', async (sddl, status, words) => {
    const windows = fakePlatform('win32', { path: path.posix, homeDir: home, env: {}, run: async () => ({ code: 0, stdout: `${sddl}\r\n`, stderr: '' }) });
    expect(await homeCheck.run(await doctorContext(windows, {}, { home }))).toMatchObject([{ status, message: expect.stringContaining(words) }]);
  });
});

test.each([[0.2, 'fail'], [3, 'warn'], [30, 'ok']])('%s GiB free on disk: %s', async (gib, status) => {
  const asked: string[] = [];
  const freeDisk = async (folder: string) => (asked.push(folder), gib * GIB);
  expect(await run(diskSpaceCheck, { freeDisk }, { B2D_HOME: path.join(home, 'not', 'yet') })).toMatchObject([{ status, message: expect.stringContaining('free') }]);
  expect(asked).toEqual([home]);
});

test.each([
  [{ B2D_MEMORY: '2g' }, 8, 'ok'],
  [{ B2D_MEMORY: '2g' }, 1, 'warn'], // it would swap
  [{ B2D_MEMORY: '13g' }, 15, 'warn'], // of 16
  [{ B2D_MEMORY: '2g' }, undefined, 'ok'], // macOS
] as const)('memory %j with %s GiB free: %s', async (env, gib, status) => {
  expect(await run(memoryCheck, { freeMemory: () => gib && gib * GIB }, env)).toMatchObject([{ status }]);
});

describe('leftover files', () => {
  test('none', async () => expect(await run(leftoverFilesCheck)).toMatchObject([{ status: 'ok' }]));

  test('are named, and the command removes exactly them', async () => {
    const stale = ['machines/dev/machine.json.1846213095', 'machines/dev/tls/ca-key.pem.77123', 'machines/dev/data.vdi.partial'];
    const needed = ['images/aa.iso', 'machines/dev/machine.json', 'machines/dev/data.vdi', 'machines/dev/console.log.1', 'config.toml'];
    for (const file of [...stale, ...needed]) await put(file, 'x');
    const [finding, ...others] = await run(leftoverFilesCheck);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ status: 'warn', details: expect.arrayContaining(stale.map((file) => `${path.join(home, file)} (1 bytes)`)) });
    expect(finding?.remedy).toHaveLength(1);
    expect(await execute('sh', ['-c', finding?.remedy?.[0] ?? ''])).toMatchObject({ code: 0 });
    const left = (await fs.readdir(home, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => path.relative(home, path.join(entry.parentPath, entry.name)));
    expect(left.sort()).toEqual(needed.sort());
  });

  test('in the store of images are for b2d image prune; a download that can go on is no fault, one that another b2d works on is not told', async () => {
    await put('images/6f3b.partial', 'x');
    await put('images/done.partial.json', JSON.stringify({ url: 'https://example.com/a.iso', finished: 'a'.repeat(64) }));
    await put('images/cut.partial', 'xyz');
    await put('images/cut.partial.json', JSON.stringify({ url: 'https://example.com/b.iso', validator: '"1"' }));
    const useless = { status: 'warn', details: [`${path.join(home, 'images/6f3b.partial')} (1 bytes)`], remedy: ['b2d image prune'] };
    const cut = { status: 'ok', message: expect.stringContaining('https://example.com/b.iso was cut off'), remedy: [expect.stringContaining('b2d image prune --all')] };
    expect(await run(leftoverFilesCheck)).toMatchObject([useless, cut]);
    await withLock(hostPlatform(), path.join(home, 'images', 'locks', '6f3b.lock'), { purpose: 'download', waitMs: 0 }, async () => {
      expect(await run(leftoverFilesCheck)).toMatchObject([cut]);
    });
  });

  test('a folder with a data disk and no machine.json is never told to be removed', async () => {
    await put('machines/dev/data.vdi');
    expect(await run(leftoverFilesCheck)).toMatchObject([{ status: 'warn', machine: 'dev', remedy: ['To use it again: b2d init --machine dev'] }]);
  });

  test('a folder without either is finished or deleted by b2d', async () => {
    await put('machines/dev/ssh/id_ed25519');
    expect(await run(leftoverFilesCheck)).toMatchObject([{ status: 'warn', machine: 'dev', details: ['ssh'], remedy: [expect.stringContaining('b2d init'), expect.stringContaining('b2d delete')] }]);
  });

  test('other folders are not b2d\'s business', async () => {
    await put('machines/not a machine/x');
    expect(await run(leftoverFilesCheck)).toMatchObject([{ status: 'ok' }]);
  });

  test('of a b2d that still works are none', async () => {
    await put('machines/dev/machine.json.1846213095');
    await put('machines/other/machine.json.1846213095');
    await put('machines/other/machine.json');
    await withLock(hostPlatform(), path.join(home, 'locks', 'dev.lock'), { purpose: 'up', waitMs: 0 }, async () => {
      expect(await run(locksCheck)).toMatchObject([{ status: 'warn', machine: 'dev', message: expect.stringContaining(`"b2d up" (process ${process.pid})`) }]);
      expect(await run(leftoverFilesCheck)).toMatchObject([{ details: [expect.stringContaining('other')] }]);
    });
    expect(await run(locksCheck)).toMatchObject([{ status: 'ok' }]);
    expect(await run(leftoverFilesCheck)).toMatchObject([{ message: expect.stringContaining('2 files') }, { machine: 'dev' }]);
  });
});
