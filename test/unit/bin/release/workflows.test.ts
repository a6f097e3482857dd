import { spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { plainFolder } from '../../../support/temp.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const workflows = path.join(root, '.github/workflows');
let folder: string;
beforeAll(async () => void (folder = await plainFolder('b2d-workflows')));
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

function errorsOf(files: string[]): Record<string, string[]> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'test/support/workflow-errors.mjs'), folder, ...files], { encoding: 'utf8', env });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, string[]>;
}

test('GitHub can read the workflows', async () => {
  const files = (await fs.readdir(workflows)).map((name) => path.join(workflows, name));
  expect(files.map((file) => path.basename(file))).toEqual(expect.arrayContaining(['release.yml', 'test.yml']));
  const broken = path.join(folder, 'broken.yml');
  await fs.writeFile(broken, (await fs.readFile(path.join(workflows, 'release.yml'), 'utf8')).replace('    needs: test', '    needs: tests').replace('attestations: write', 'attestation: write'));
  const errors = errorsOf([...files, broken]);
  for (const file of files) expect({ file, errors: errors[file] }).toEqual({ file, errors: [] });
  expect(errors[broken]).not.toEqual([]); // so the parser looks at what it is given
});

test('the key is in one job alone, which runs no tests and may write no more than it must', async () => {
  const text = await fs.readFile(path.join(workflows, 'release.yml'), 'utf8');
  const [tests = '', publish = ''] = text.split('\n  publish:\n');
  expect(tests).not.toMatch(/secrets\.|: write/);
  expect(publish).not.toMatch(/\.ci\/run|npm test/);
  expect([...publish.matchAll(/^ {6}(\S+): write/gm)].map(([, name]) => name)).toEqual(['contents', 'id-token', 'attestations']);
  // Neither secret may get into a shell's text, where it would be in the log or in the arguments.
  expect([...publish.matchAll(/\$\{\{ *secrets\.\S+ *\}\}/g)].length).toBe([...publish.matchAll(/^ {10}(NEXT_)?KEY: \$\{\{ *secrets\.\S+ *\}\}$/gm)].length);
});
