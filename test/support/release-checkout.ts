import fs from 'node:fs/promises';
import path from 'node:path';
import type { BuildManifest } from '../../bin/dev/release/image.ts';
import { execute, type Result } from './b2d.ts';
import { digestOf } from './download.ts';
import { serve, sendFile, type TestServer } from './http-faults.ts';
import { tinyIso } from './iso.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

/** Writes what a build of the image leaves, for an image that is tiny. */
export async function writeBuild(folder: string, version: string, changes: Record<string, unknown> = {}): Promise<BuildManifest> {
  const iso = tinyIso({ application: `b2d ${version} amd64 docker 28.5.2 data 1 overlay2` });
  const manifest: BuildManifest = {
    version, arch: 'amd64', file: 'b2d-amd64.iso', size: iso.length, sha256: digestOf(iso), kernel: { release: '6.12.1-b2d' }, engine: { docker: '28.5.2' },
    data: { format: 1, storageDrivers: ['overlay2'] },
    sources: [
      { package: 'busybox', version: '1:1.37.0-4', licence: 'GPL-2' },
      { package: 'libstdc++', version: '6.12.1+dfsg-1', licence: 'GPL-2, MIT', note: "upstream's tarball" },
    ],
  };
  await fs.mkdir(folder, { recursive: true });
  await fs.writeFile(path.join(folder, 'b2d-amd64.iso'), iso);
  await fs.writeFile(path.join(folder, 'manifest.json'), JSON.stringify({ ...manifest, ...changes }));
  return manifest;
}

/** The environment of a child: nothing of the npm that runs the tests, and no npm that could reach a network or somebody's cache. */
export function npmEnvironment(cache: string, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_(?!execpath$)|B2D_(?!BUILD_CACHE$)|NODE_OPTIONS$|SOURCE_DATE_EPOCH$)/i.test(name));
  return { ...Object.fromEntries(inherited), npm_config_cache: cache, npm_config_userconfig: path.join(cache, 'none'), npm_config_registry: 'http://127.0.0.1:1/', npm_config_update_notifier: 'false', ...extra };
}

/** A copy of this checkout as its only commit, with a tiny image and a public key that its packages will trust. */
export async function copyCheckout(folder: string, publicPem: string): Promise<{ git(...args: string[]): Promise<Result> }> {
  const left = /^(node_modules|\.git|dist|iso\/out|release|coverage|\.(dist|release|test).*)$/;
  await fs.cp(root, folder, { recursive: true, filter: (source) => !left.test(path.relative(root, source).replaceAll('\\', '/')) });
  await fs.symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  await fs.appendFile(path.join(folder, 'src/release/keys.pem'), `\n${publicPem}`);
  await fs.appendFile(path.join(folder, '.gitignore'), 'node_modules\n'); // here it is a link, not a folder
  const { version } = JSON.parse(await fs.readFile(path.join(folder, 'package.json'), 'utf8')) as { version: string };
  await writeBuild(path.join(folder, 'iso/out'), version);
  const identity = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@localhost', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@localhost', GIT_COMMITTER_DATE: '2026-03-01T12:00:00Z' };
  const git = (...args: string[]): Promise<Result> => execute('git', args, { cwd: folder, env: { ...process.env, ...identity, GIT_CONFIG_GLOBAL: path.join(folder, 'none') } });
  for (const args of [['init', '-q'], ['add', '-A'], ['commit', '-qm', 'All']]) {
    const { code, stderr } = await git(...args);
    if (code !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  }
  return { git };
}

/** Serves the files of a folder as any static server does. */
export async function serveFolder(folder: string, tls: { key: string; cert: string }): Promise<TestServer> {
  return serve((request, response) => {
    const name = path.basename(decodeURIComponent(new URL(request.url ?? '/', 'https://localhost').pathname));
    void fs.readFile(path.join(folder, name)).then((content) => sendFile(request, response, content, { etag: `"${digestOf(content)}"` }), () => response.writeHead(404).end());
  }, tls);
}
