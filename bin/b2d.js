#!/usr/bin/env node
// CommonJS, see package.json beside this file: Node starts it sooner than an ES module, and the oldest can still say what is wrong.
'use strict';

/** Command lines that go ahead of oclif, by small bundles: shells run `b2d env` and `b2d completion` whenever they start, `b2d __complete` at each Tab. */
const FAST = { env: 'env', shellinit: 'env', completion: 'complete', __complete: 'complete' };

const node = process.versions.node.split('.').map(Number);
if (node[0] < 22 || (node[0] === 22 && node[1] < 15)) {
  console.error('Error: b2d needs Node 22.15 or newer; this is Node ' + process.versions.node + '.\n  Try:  install a newer one from https://nodejs.org');
  process.exitCode = 1;
} else {
  start(process.argv.slice(2)).catch(tell);
}

async function start(argv) {
  if (await fastPath(argv)) return;
  const { main } = await import('../dist/main.js');
  await main(argv, require('node:path').join(__dirname, '..', 'dist'));
}

async function fastPath(argv) {
  const bundle = argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v') ? 'version' : Object.hasOwn(FAST, argv[0] ?? '') ? FAST[argv[0]] : undefined;
  if (bundle === undefined) return false;
  try {
    return (await require(`../dist/fast/${bundle}.cjs`).run(argv)) !== false;
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return false;
    throw error;
  }
}

function tell(error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  const built = require('node:fs').existsSync(require('node:path').join(__dirname, '..', 'dist', 'main.js'));
  console.error(`Error: b2d cannot start: ${built ? `a part of it is missing (${error.message})` : 'it is not built'}.\n  Try:  npm ci && npm run build`);
  process.exitCode = 1;
}
