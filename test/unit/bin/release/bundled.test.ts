import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { copyBundled } from '../../../../bin/dev/release/bundled.ts';
import { awkwardFolder, removeFolder } from '../../../support/temp.ts';

let root: string;
const target = (): string => path.join(root, 'target');
beforeEach(async () => void (root = await awkwardFolder()));
afterEach(() => removeFolder(root));

async function write(files: Record<string, unknown>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await fs.mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await fs.writeFile(path.join(root, name), JSON.stringify(content));
  }
}

test('what runs is copied: no development, nothing native, nothing that only compilers read', async () => {
  await write({
    'package-lock.json': { packages: {
      '': { version: '1.0.0' }, 'node_modules/a': { version: '1.0.0', hasInstallScript: true }, 'node_modules/a/node_modules/b': { version: '2.0.0' }, 'node_modules/b': { version: '1.0.0', dev: true },
      'node_modules/native': { version: '1.0.0', optional: true }, 'node_modules/both': { version: '1.0.0', devOptional: true },
    } },
    'node_modules/a/package.json': { name: 'a', version: '1.0.0', scripts: { install: 'node-gyp rebuild' }, optionalDependencies: { native: '1' }, dependencies: { b: '2' } },
    'node_modules/a/index.js': 1, 'node_modules/a/index.d.ts': 1, 'node_modules/a/index.js.map': 1, 'node_modules/a/build/index.js': 1, 'node_modules/a/crypto/build/config.gypi': 1, 'node_modules/a/crypto/build/Release/x.node': 1,
    'node_modules/a/node_modules/b/package.json': { version: '2.0.0', scripts: { test: 'x' } }, 'node_modules/a/node_modules/unlisted/package.json': { version: '1.0.0' },
    'node_modules/b/package.json': { version: '1.0.0' }, 'node_modules/native/package.json': { version: '1.0.0' }, 'node_modules/both/package.json': { version: '1.0.0' },
  });
  await copyBundled(root, target());
  const files = (await fs.readdir(target(), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => path.relative(target(), path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  expect(files.sort()).toEqual(['node_modules/a/build/index.js', 'node_modules/a/index.js', 'node_modules/a/node_modules/b/package.json', 'node_modules/a/package.json']);
  expect(JSON.parse(await fs.readFile(path.join(target(), 'node_modules/a/package.json'), 'utf8'))).toEqual({ name: 'a', version: '1.0.0', dependencies: { b: '2' } });
});

test.each([['1.0.1', /1.0.1 is installed/], [undefined, /none is installed/]])('with %s installed in place of the locked version, nothing is released', async (version, reason) => {
  await write({ 'package-lock.json': { packages: { 'node_modules/a': { version: '1.0.0' } } }, 'node_modules/a/package.json': { version } });
  await expect(copyBundled(root, target())).rejects.toMatchObject({ reason: expect.stringMatching(reason), remedy: ['npm ci'] });
});
