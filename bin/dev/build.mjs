/**
 * Builds dist/ from src/: a bundle per command with shared chunks, the small bundle of the fast path, and oclif's manifest.
 * All is made beside and put in place by a rename, so that a b2d called meanwhile sees the old build or the new one.
 *
 *   node bin/dev/build.mjs             build
 *   node bin/dev/build.mjs --out DIR   build into DIR, which must not be there yet, and leave dist/ alone
 *   node bin/dev/build.mjs --check     write nothing; fail when the manifest in dist/ is not what the sources say
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Plugin } from '@oclif/core';
import { build } from 'esbuild';
import { bundleFastPath } from './fast-bundle.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = path.join(root, 'dist');
const staged = path.join(root, `.dist-${process.pid}`);
const packageJson = JSON.parse(await fs.readFile(path.join(root, 'package.json'), 'utf8'));
const { values: options } = parseArgs({ options: { check: { type: 'boolean' }, out: { type: 'string' } } });
const define = { B2D_VERSION: JSON.stringify(packageJson.version) };

try {
  await bundleCommands();
  await bundleFastPath({ root, outdir: staged, define });
  const manifest = await manifestOf(staged);
  if (options.check) await check(manifest);
  else {
    await fs.writeFile(path.join(staged, 'oclif.manifest.json'), manifest);
    await fs.copyFile(path.join(root, 'src/release/keys.pem'), path.join(staged, 'release-keys.pem'));
    if (options.out === undefined) await putInPlace();
    else await fs.cp(staged, options.out, { recursive: true, errorOnExist: true, force: false });
  }
} catch (error) {
  console.error(`Error: the build failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  await fs.rm(staged, { recursive: true, force: true });
}

async function bundleCommands() {
  const commands = (await fs.readdir(path.join(root, 'src/commands'), { recursive: true })).filter((file) => file.endsWith('.ts'));
  await build({
    absWorkingDir: root,
    entryPoints: [...commands.map((file) => path.join('src/commands', file)), 'src/main.ts', 'src/port-forwarder.ts', 'src/at-login.ts', 'src/oclif-package.ts', 'src/output/help.ts'],
    outbase: 'src',
    outdir: staged,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.15',
    packages: 'external',
    chunkNames: 'chunks/[name]-[hash]',
    define,
    logLevel: 'warning',
  });
}

/** oclif's description of all commands, with sorted names, as text. */
async function manifestOf(folder) {
  const { oclifPackage } = await import(pathToFileURL(path.join(folder, 'oclif-package.js')));
  const plugin = new Plugin({ root: folder, pjson: oclifPackage(packageJson), isRoot: true, type: 'core', ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true });
  await plugin.load();
  const commands = Object.fromEntries(Object.entries(plugin.manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ ...plugin.manifest, commands }, null, 2)}\n`;
}

async function check(manifest) {
  const built = await fs.readFile(path.join(dist, 'oclif.manifest.json'), 'utf8').catch(() => undefined);
  if (built === manifest) return;
  console.error(`Error: dist/oclif.manifest.json ${built === undefined ? 'is missing' : 'does not describe the commands in src/commands'}.\n  Try:  npm run build`);
  process.exitCode = 1;
}

async function putInPlace() {
  const old = `${staged}-old`;
  await fs.rename(dist, old).catch((error) => { if (error.code !== 'ENOENT') throw error; });
  await fs.rename(staged, dist);
  await fs.rm(old, { recursive: true, force: true });
}
