import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { plainFolder } from '../../support/temp.ts';

const iso = path.resolve(import.meta.dirname, '../../../iso');
const run = promisify(execFile);

let folder: string;
beforeEach(async () => {
  folder = await plainFolder('b2d-builder');
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

/** Runs lines of bash with the builder's functions and CACHE set to an empty folder. */
async function bash(script: string): Promise<string> {
  const prelude = `set -Eeuo pipefail; CACHE=${folder}/cache; mkdir -p $CACHE; . ${iso}/build/lib.sh; . ${iso}/build/cache.sh\n`;
  return (await run('bash', ['-c', prelude + script])).stdout;
}

describe('the build cache', () => {
  test('builds an entry once', async () => {
    const build = `builder() { echo "$2" >"$1/result"; echo built; }; cached step 0abc builder one; cat "$ENTRY/result"`;
    expect(await bash(build)).toBe('built\none\n');
    expect(await bash(build)).toBe('one\n');
  });

  test('a builder that is killed leaves no entry, and the next build starts it afresh', async () => {
    const killed = bash(`builder() { echo half >"$1/half"; kill -9 $$; }; cached step 0abc builder`);
    await expect(killed).rejects.toMatchObject({ signal: 'SIGKILL' });
    await expect(fs.access(path.join(folder, 'cache/step/0abc'))).rejects.toThrow();
    expect(await bash(`builder() { echo whole >"$1/whole"; }; cached step 0abc builder; ls "$ENTRY"`)).toBe('whole\n');
  });

  test('a builder that fails leaves no entry and ends the build', async () => {
    await expect(bash(`builder() { false; }; cached step 0abc builder; echo "not reached"`)).rejects.toMatchObject({ code: 1, stdout: '' });
    await expect(fs.access(path.join(folder, 'cache/step/0abc'))).rejects.toThrow();
  });

  test('a builder may use the cache for something of its own', async () => {
    const script = `inner() { :; }; outer() { cached inner 0b inner; echo x >"$1/x"; }; cached outer 0a outer; echo "\${ENTRY#$CACHE/}"`;
    expect(await bash(script)).toBe('outer/0a\n');
  });

  test('keys follow contents, names and the execute bit, not times', async () => {
    const tree = path.join(folder, 'tree');
    const key = () => bash(`hash_of ${tree} "=1.0"`);
    await fs.mkdir(tree);
    await fs.writeFile(path.join(tree, 'a'), 'text');
    const before = await key();
    await fs.utimes(path.join(tree, 'a'), 0, 0);
    expect(await key()).toBe(before);
    await fs.chmod(path.join(tree, 'a'), 0o755);
    const executable = await key();
    await fs.writeFile(path.join(tree, 'a'), 'other');
    const changed = await key();
    await fs.rename(path.join(tree, 'a'), path.join(tree, 'b'));
    expect(new Set([before, executable, changed, await key(), await bash(`hash_of ${tree} "=1.1"`)]).size).toBe(5);
  });
});

describe("the engine's source cuts", () => {
  /** Runs lines of Python that have `cut`, an overlay over one file, x.go. */
  async function cuts(script: string): Promise<string> {
    await fs.writeFile(path.join(folder, 'x.go'), 'package x\n\nimport "cloud"\n\nfunc f() int {\n\treturn 1\n}\n\nfunc g() {}\n');
    const prelude = `import sys; sys.path.insert(0, ${JSON.stringify(`${iso}/engine`)}); sys.dont_write_bytecode = True\nfrom overlay import Overlay\ncut = Overlay([${JSON.stringify(folder)}], ${JSON.stringify(`${folder}/overlay`)})\n`;
    await run('python3', ['-c', prelude + script]);
    const { Replace } = JSON.parse(await fs.readFile(`${folder}/overlay/overlay.json`, 'utf8')) as { Replace: Record<string, string> };
    const copy = Replace[path.join(folder, 'x.go')];
    return copy ? fs.readFile(copy, 'utf8') : String(copy);
  }

  test('take text out and leave the source as it is', async () => {
    const edited = await cuts(`cut.remove("x.go", 'import "cloud"\\n\\n'); cut.body("x.go", "func f() int", "\\treturn 2"); cut.write()`);
    expect(edited).toBe('package x\n\nfunc f() int {\n\treturn 2\n}\n\nfunc g() {}\n');
    expect(await fs.readFile(path.join(folder, 'x.go'), 'utf8')).toContain('cloud');
  });

  test('hide a file from the compiler', async () => {
    expect(await cuts(`cut.delete("x.go"); cut.write()`)).toBe('');
  });

  test.each([
    ['text', `cut.remove("x.go", "no such text")`],
    ['a function', `cut.body("x.go", "func h()", None)`],
    ['a file', `cut.replace("y.go", ("a", "b"))`],
  ])('%s that is gone ends the build and names the cut', async (_, script) => {
    await expect(cuts(script)).rejects.toMatchObject({ stderr: expect.stringContaining('adapt or remove this cut') });
  });
});
