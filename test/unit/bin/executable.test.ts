import { spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

const bin = fileURLToPath(new URL('../../../bin', import.meta.url));

/** A copy of bin/ in a package of its own, in an awkward folder. */
let folder: string;
beforeEach(async () => {
  folder = await awkwardFolder();
  await fs.cp(bin, path.join(folder, 'bin'), { recursive: true });
  await fs.writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
});
afterEach(() => removeFolder(folder));

function b2d(args: string[], nodeArgs: string[] = []): { status: number | null; stdout: string; stderr: string } {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArgs, path.join(folder, 'bin', 'b2d.js'), ...args], { encoding: 'utf8', env });
  return { status, stdout, stderr };
}

async function dist(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await fs.mkdir(path.dirname(path.join(folder, 'dist', name)), { recursive: true });
    await fs.writeFile(path.join(folder, 'dist', name), text);
  }
}

const tellingMain = 'export async function main(argv, root) { console.log(JSON.stringify({ argv, root })); }';

test.each([[['up']], [['env']], [['--version']], [[]]])('a fresh clone says that it must be built: %j', (args) => {
  expect(b2d(args)).toEqual({ status: 1, stdout: '', stderr: 'Error: b2d cannot start: it is not built.\n  Try:  npm ci && npm run build\n' });
});

test('a missing dependency is named', async () => {
  await dist({ 'main.js': `import '@oclif/core';` });
  const { status, stderr } = b2d(['up']);
  expect(status).toBe(1);
  expect(stderr).toMatch(/a part of it is missing.*@oclif\/core(.|\n)*npm ci/);
});

describe('an old Node', () => {
  test.each(['20.20.2', '22.14.0', '8.0.0'])('%s is told what is needed', async (version) => {
    await dist({ 'main.js': tellingMain });
    await fs.writeFile(path.join(folder, 'old.cjs'), `Object.defineProperty(process.versions, 'node', { value: '${version}' });`);
    const result = b2d(['up'], ['--require', path.join(folder, 'old.cjs')]);
    expect(result).toMatchObject({ status: 1, stdout: '' });
    expect(result.stderr).toContain(`b2d needs Node 22.15 or newer; this is Node ${version}.`);
  });
});

test('the words and the built folder reach main', async () => {
  await dist({ 'main.js': tellingMain });
  const { status, stdout } = b2d(['up', '--machine', 'dev', 'ö x']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ argv: ['up', '--machine', 'dev', 'ö x'], root: path.join(folder, 'dist') });
});

describe('the fast path', () => {
  const files = { 'main.js': tellingMain, 'fast/version.cjs': 'exports.run = () => console.log("fast version");', 'fast/env.cjs': 'exports.run = async (argv) => argv[1] === "yes" && (console.log("fast env"), true);' };

  test.each([
    [['--version'], 'fast version\n'], [['-v'], 'fast version\n'], [['env', 'yes'], 'fast env\n'], [['shellinit', 'yes'], 'fast env\n'],
  ])('%j takes it', async (args, text) => {
    await dist(files);
    expect(b2d(args)).toMatchObject({ status: 0, stdout: text, stderr: '' });
  });

  test.each([[['env', 'no']], [['--version', '--json']], [['version']], [['environment']], [[]]])('%j goes to oclif', async (args) => {
    await dist(files);
    expect(JSON.parse(b2d(args).stdout)).toMatchObject({ argv: args });
  });

  test('an error in it is not hidden', async () => {
    await dist({ ...files, 'fast/version.cjs': 'exports.run = () => { throw new Error("broken"); };' });
    const { status, stderr } = b2d(['--version']);
    expect(status).toBe(1);
    expect(stderr).toContain('broken');
  });
});

test('what npm installs holds all of bin that the executable needs', async () => {
  const root = path.join(bin, '..');
  const { files, bin: executables } = JSON.parse(await fs.readFile(path.join(root, 'package.json'), 'utf8')) as { files: string[]; bin: Record<string, string> };
  expect(executables).toEqual({ b2d: 'bin/b2d.js' });
  expect(files).toEqual(expect.arrayContaining(['bin/b2d.js', 'bin/package.json', 'dist']));
  expect((await fs.stat(path.join(root, 'bin/b2d.js'))).mode & 0o111).not.toBe(0);
});
