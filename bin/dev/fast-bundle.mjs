import { builtinModules } from 'node:module';
import { build } from 'esbuild';

/**
 * Modules that the fast path's sources import but its usual run hardly uses: loading them would take longer than all the rest.
 * In their place stand these, which load the real one at the first call.
 */
const LATE = {
  'node:child_process': `export const execFile = (...words) => require('node:child_process').execFile(...words);`,
  'write-file-atomic': `export default (...words) => require('write-file-atomic')(...words);`,
  // One small file is read: the synchronous call is there already.
  'node:fs/promises': `
    const early = { readFile: async (...words) => require('node:fs').readFileSync(...words) };
    export default new Proxy(early, { get: (_, name) => early[name] ?? require('node:fs/promises')[name] });`,
};

/** Parts with a file of their own, so that only those who need them pay for them: settings take a parser, VirtualBox a client. */
const APART = { './load.cjs': /\/load\.ts$/, './virtualbox.cjs': /\/virtualbox\/quick-state\.ts$/ };

const late = {
  name: 'late',
  setup(context) {
    context.onResolve({ filter: /^(node:child_process|write-file-atomic|node:fs\/promises)$/ }, ({ path, namespace }) =>
      namespace === 'late' ? { path, external: true } : { path, namespace: 'late' });
    context.onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({ contents: LATE[path], resolveDir: '/' }));
    // A package other than the parser is too heavy; the check below names it.
    context.onResolve({ filter: /^[@a-z]/ }, ({ path, kind }) => (kind === 'entry-point' || path === 'smol-toml' ? undefined : { path, external: true }));
    for (const [path, filter] of Object.entries(APART)) {
      context.onResolve({ filter }, ({ kind }) => (kind === 'dynamic-import' ? { path, external: true } : undefined));
    }
  },
};

/**
 * The fast path as CommonJS files without dependencies: Node loads that sooner than ES modules, whose imports of its own modules take time each.
 * @throws when something heavy has crept in
 */
export async function bundleFastPath({ root, outdir, define }) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { env: 'src/fast/env.ts', complete: 'src/fast/complete.ts', version: 'src/fast/version.ts', load: 'src/config/load.ts', virtualbox: 'src/drivers/virtualbox/quick-state.ts' },
    outdir: `${outdir}/fast`,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22.15',
    supported: { 'dynamic-import': false },
    define: { ...define, 'import.meta.url': '"file:///"', 'import.meta.dirname': '__dirname' },
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [late],
    metafile: true,
    logLevel: 'warning',
  });
  for (const [file, output] of Object.entries(metafile.outputs)) {
    const heavy = output.imports.map(({ path }) => path).filter((path) => !builtinModules.includes(path.replace('node:', '')) && ![...Object.keys(APART), 'write-file-atomic'].includes(path));
    if (heavy.length > 0) throw new Error(`${file} must stay small, but it needs ${heavy.join(', ')}`);
  }
}
