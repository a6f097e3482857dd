import { spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { plainFolder } from '../../support/temp.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

function run(folder: string, ...args: string[]): { status: number | null; stderr: string } {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env });
  return { status, stderr: stderr.replace(/^\(.*\n?/gm, '') };
}
const build = (folder: string, ...args: string[]): ReturnType<typeof run> => run(folder, 'bin/dev/build.mjs', ...args);

test('the built manifest describes the commands of the sources', () => {
  expect(build(root, '--check')).toEqual({ status: 0, stderr: '' });
});

describe('a build of its own', () => {
  let copy: string;
  beforeAll(async () => {
    copy = await plainFolder('build');
    for (const name of ['src', 'bin', 'package.json']) await fs.cp(path.join(root, name), path.join(copy, name), { recursive: true });
    await fs.symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
    expect(build(copy)).toEqual({ status: 0, stderr: '' });
  });
  afterAll(() => fs.rm(copy, { recursive: true, force: true }));

  test('leaves dist alone beside the sources, with a bundle for each command', async () => {
    expect((await fs.readdir(copy)).sort()).toEqual(['bin', 'dist', 'node_modules', 'package.json', 'src']);
    const names = async (folder: string): Promise<string[]> => {
      const files = (await fs.readdir(path.join(copy, folder), { recursive: true })).filter((file) => path.extname(file) !== '');
      return files.map((file) => file.slice(0, -path.extname(file).length).split(path.sep).filter((part) => part !== 'index').join(':')).sort();
    };
    expect(await names('dist/commands')).toEqual(await names('src/commands'));
    const manifest = JSON.parse(await fs.readFile(path.join(copy, 'dist/oclif.manifest.json'), 'utf8')) as { commands: Record<string, { relativePath: string[] }> };
    expect(Object.keys(manifest.commands)).toEqual(await names('src/commands'));
    expect(manifest.commands['up']?.relativePath).toEqual(['commands', 'up.js']);
  });

  test('starts without its sources', async () => {
    await fs.rename(path.join(copy, 'src'), path.join(copy, 'away'));
    try {
      const { version } = JSON.parse(await fs.readFile(path.join(copy, 'package.json'), 'utf8')) as { version: string };
      const b2d = (...args: string[]): string => spawnSync(process.execPath, [path.join(copy, 'bin/b2d.js'), ...args], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } }).stdout;
      expect(b2d('--version')).toBe(`b2d ${version}\n`);
      expect(b2d('help')).toContain(`b2d ${version}`);
      expect(b2d('help', 'up')).toContain('$ b2d up');
      expect(b2d('up', '-h')).toBe(b2d('help', 'up'));
    } finally {
      await fs.rename(path.join(copy, 'away'), path.join(copy, 'src'));
    }
  });

  test('--check notices a changed command and a missing manifest, and writes nothing', async () => {
    const manifestFile = path.join(copy, 'dist/oclif.manifest.json');
    const manifest = await fs.readFile(manifestFile, 'utf8');
    const command = path.join(copy, 'src/commands/ip.ts');
    const source = await fs.readFile(command, 'utf8');
    await fs.writeFile(command, source.replace(`summary = '`, `summary = 'New: `));
    expect(build(copy, '--check')).toEqual({ status: 1, stderr: expect.stringContaining('does not describe the commands in src/commands') });
    expect(await fs.readFile(manifestFile, 'utf8')).toBe(manifest);
    await fs.writeFile(command, source);
    expect(build(copy, '--check').status).toBe(0);
    await fs.rm(manifestFile);
    expect(build(copy, '--check')).toEqual({ status: 1, stderr: expect.stringContaining('is missing') });
    await fs.writeFile(manifestFile, manifest);
  });

  test('a source that does not compile leaves the last build as it is', async () => {
    const before = await fs.readFile(path.join(copy, 'dist/main.js'), 'utf8');
    const broken = path.join(copy, 'src/commands/broken.ts');
    await fs.writeFile(broken, 'export default class {');
    try {
      expect(build(copy).status).toBe(1);
    } finally {
      await fs.rm(broken);
    }
    expect(await fs.readFile(path.join(copy, 'dist/main.js'), 'utf8')).toBe(before);
    expect((await fs.readdir(copy)).sort()).toEqual(['bin', 'dist', 'node_modules', 'package.json', 'src']);
  });

  test('the fast path refuses to grow heavy', async () => {
    const file = path.join(copy, 'src/fast/version.ts');
    const source = await fs.readFile(file, 'utf8');
    await fs.writeFile(file, `import '@oclif/core';\n${source}`);
    try {
      expect(build(copy)).toEqual({ status: 1, stderr: expect.stringMatching(/version\.cjs must stay small.*@oclif\/core/) });
    } finally {
      await fs.writeFile(file, source);
    }
  });
});
