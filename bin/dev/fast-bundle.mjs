import { build } from 'esbuild';

/**
 * Modules that the fast path's sources import but its usual run does not call. Each is loaded at its first call only; their loading would
 * cost more than all the rest. Named exports are listed, because an ES module's imports must be known beforehand.
 */
const LATE = {
  'node:child_process': ['execFile', 'spawn'],
  'write-file-atomic': ['default'],
};

const late = {
  name: 'late',
  setup(context) {
    const names = Object.keys(LATE).map((name) => name.replace(/[/.]/g, '\\$&')).join('|');
    context.onResolve({ filter: new RegExp(`^(${names})$`) }, ({ path, namespace }) => (namespace === 'late' ? { path, external: true } : { path, namespace: 'late' }));
    context.onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
      contents: LATE[path].map((name) => {
        const target = name === 'default' ? `require('${path}')` : `require('${path}').${name}`;
        return `export ${name === 'default' ? 'default ' : `const ${name} = `}(...words) => ${target}(...words);`;
      }).join('\n'),
      resolveDir: '/',
    }));
  },
};

/**
 * The fast path as one CommonJS file without dependencies: Node loads that sooner than ES modules, whose imports of its own modules cost time each.
 * @throws when something heavy has crept in
 */
export async function bundleFastPath({ root, outdir, define }) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { entry: 'src/fast/entry.ts' },
    outdir: `${outdir}/fast`,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22.15',
    define: { ...define, 'import.meta.url': '"file:///"' },
    minifySyntax: true,
    plugins: [late],
    metafile: true,
    logLevel: 'warning',
  });
  const heavy = Object.keys(metafile.inputs).filter((file) => /node_modules\/(?!smol-toml\/)/.test(file));
  if (heavy.length > 0) throw new Error(`the fast path must stay small, but its bundle holds ${heavy.join(', ')}`);
}
