import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execute, TestHome, type Result } from '../../support/b2d.ts';
import { tinyIso } from '../../support/iso.ts';
import { tool } from '../../support/tools.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');

let home: TestHome;
beforeEach(async () => { home = await TestHome.create(); });
afterEach(() => home.dispose());

/** Runs a program where there is no network: a namespace whose only interface, the loopback one, is down. */
function offline(args: readonly string[]): Promise<Result> {
  return execute(tool('unshare', 'util-linux'), ['--user', '--map-root-user', '--net', process.execPath, ...args], { env: home.env });
}

test('init with a file, and with an image that is in the store, needs no network', async () => {
  const file = path.join(home.home, 'my image.iso');
  await fs.writeFile(file, tinyIso());
  const init = (name: string) => offline([path.join(root, 'bin', 'b2d.js'), 'init', '--driver', 'qemu', '--iso', file, '--machine', name]);
  expect(await init('one')).toMatchObject({ code: 0 });
  expect(await init('two')).toMatchObject({ code: 0 });
});

test('where a download fails at once, and says why', async () => {
  const options = { folder: path.join(home.home, 'images'), url: 'https://192.0.2.1/x.iso', patience: { tries: 1 } };
  const { code, stdout } = await offline([path.join(root, 'test', 'support', 'download-process.ts'), JSON.stringify(options)]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ code: 'network', reason: expect.stringContaining('offline') });
});
