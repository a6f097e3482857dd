import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { invalidity } from '../../bin/dev/release/sbom.ts';
import { parseManifest, type ReleaseManifest } from '../../src/release/manifest.ts';
import { readPublicKeys, verify } from '../../src/release/signature.ts';
import { makeAuthority } from '../../src/tls/profiles.ts';
import { execute, type Result } from '../support/b2d.ts';
import { certificateFor } from '../support/certificates.ts';
import { digestOf } from '../support/download.ts';
import type { TestServer } from '../support/http-faults.ts';
import { npmEnvironment, serveFolder } from '../support/release-checkout.ts';
import { awkwardFolder, removeFolder } from '../support/temp.ts';
import { tool } from '../support/tools.ts';

/** A release by the real script, with the real image, served over HTTPS as it is, and installed from there without any registry. */
jest.setTimeout(900_000); // npm packs and installs a thousand files several times

const root = path.resolve(import.meta.dirname, '../..');
let base: string;
let folder: string;
let prefix: string;
let env: NodeJS.ProcessEnv;
let server: TestServer;
let manifest: ReleaseManifest;
let output: Result;

const npm = (args: string[]): Promise<Result> => {
  const script = process.env['npm_execpath'];
  return script ? execute(process.execPath, [script, ...args], { cwd: base, env }) : execute('npm', args, { cwd: base, env });
};
const b2d = (...args: string[]): Promise<Result> => execute(path.join(prefix, 'bin/b2d'), args, { cwd: base, env });

beforeAll(async () => {
  base = await awkwardFolder('b2d-release');
  folder = path.join(base, 'release');
  prefix = path.join(base, 'prefix');
  await fs.mkdir(path.join(prefix, 'lib'), { recursive: true });
  const authority = makeAuthority('test', new Date());
  const caFile = path.join(base, 'ca.pem');
  await fs.writeFile(caFile, authority.certificate);
  env = npmEnvironment(path.join(base, 'npm-cache'), { NODE_EXTRA_CA_CERTS: caFile, npm_config_cafile: caFile, B2D_HOME: path.join(base, 'home') });

  server = await serveFolder(folder, certificateFor(authority, { dns: [], ip: ['127.0.0.1'] }));
  output = await execute(process.execPath, [path.join(root, 'bin/dev/release.mjs'), '--out', folder, '--url', `${server.base}/release.json`], { cwd: base, env });
  if (output.code !== 0) throw new Error(output.stderr);
  manifest = parseManifest(await fs.readFile(path.join(folder, 'release.json'), 'utf8'), 'release.json');

  const { code, stdout, stderr } = await npm(['install', '-g', '--prefix', prefix, `${server.base}/b2d-${manifest.version}.tgz`]);
  if (code !== 0) throw new Error(`${stdout}${stderr}`);
});
afterAll(async () => {
  await server?.close();
  await removeFolder(base);
});

test('the folder holds what a release consists of, and sha256sum agrees', async () => {
  const { version } = manifest;
  expect(output.stdout.trim()).toBe(folder);
  expect((await fs.readdir(folder)).sort()).toEqual([
    'SHA256SUMS', `b2d-${version}-amd64.cdx.json`, `b2d-${version}-amd64.iso`, `b2d-${version}-amd64.json`, `b2d-${version}-with-image.tgz`, `b2d-${version}.cdx.json`, `b2d-${version}.tgz`, 'release.json', 'release.json.sig',
  ]);
  const sums = await execute(tool('sha256sum', 'coreutils'), ['--check', '--strict', 'SHA256SUMS'], { cwd: folder });
  expect(sums).toMatchObject({ code: 0, stderr: '' });
  expect(sums.stdout.trim().split('\n')).toHaveLength(8);
});

test('the image is the one that was built', async () => {
  const built = await fs.readFile(path.join(root, 'iso/out/b2d-amd64.iso'));
  expect(manifest.images.amd64).toMatchObject({ size: built.length, sha256: digestOf(built), urls: [] });
  expect(digestOf(await fs.readFile(path.join(folder, manifest.images.amd64!.file)))).toBe(digestOf(built));
});

test('the bills of materials are valid, and name the libraries and Debian\'s sources', async () => {
  const read = async (name: string): Promise<string> => fs.readFile(path.join(folder, `b2d-${manifest.version}${name}.cdx.json`), 'utf8');
  const [cli, image] = [await read(''), await read('-amd64')];
  for (const text of [cli, image]) expect(await invalidity(text, (JSON.parse(text) as { specVersion: string }).specVersion)).toBeUndefined();
  const names = (text: string): string[] => (JSON.parse(text) as { components: { name: string }[] }).components.map(({ name }) => name);
  expect(names(cli)).toEqual(expect.arrayContaining(['@oclif/core', 'ssh2', 'got', 'agent-base']));
  expect(names(cli)).not.toContain('jest');
  expect(names(cli)).not.toContain('cpu-features');
  expect(names(image)).toEqual(expect.arrayContaining(['linux', 'docker.io', 'busybox']));
});

test('it was installed with nothing asked for but its one file, and runs', async () => {
  expect([...new Set(server.requests.map(({ method, url }) => `${method} ${url}`))]).toEqual([`GET /b2d-${manifest.version}.tgz`]); // npm fetches it twice
  expect(await b2d('--version')).toEqual({ code: 0, stdout: `b2d ${manifest.version}\n`, stderr: '' });
  expect(await b2d('help')).toMatchObject({ code: 0, stdout: expect.stringContaining('doctor') });
  const installed = JSON.parse((await npm(['ls', '-g', '--prefix', prefix, '--all', '--json'])).stdout) as { problems?: string[]; dependencies: object };
  expect(Object.keys(installed.dependencies)).toEqual(['b2d']);
  expect(installed.problems).toBeUndefined();
});

test('the installed b2d trusts the throw-away key, which the checkout does not', async () => {
  expect(output.stderr).toMatch(/throw-away key/);
  const [text, signature] = [await fs.readFile(path.join(folder, 'release.json')), await fs.readFile(path.join(folder, 'release.json.sig'), 'utf8')];
  const keys = async (file: string): Promise<ReturnType<typeof readPublicKeys>> => readPublicKeys(await fs.readFile(file, 'utf8'), file);
  const installed = path.join(prefix, 'lib/node_modules/b2d');
  verify(text, signature, await keys(path.join(installed, 'dist/release-keys.pem')), 'release.json');
  const ofSources = await keys(path.join(root, 'src/release/keys.pem'));
  expect(() => verify(text, signature, ofSources, 'release.json')).toThrow(/not trusted/);
  expect(parseManifest(await fs.readFile(path.join(installed, 'image/release.json'), 'utf8'), 'x')).toEqual({ ...manifest, packages: [] });
});

test('the installed b2d makes a machine of the image that the same server has', async () => {
  const { file, sha256 } = manifest.images.amd64!;
  const { code, stderr } = await b2d('init', '--driver', 'qemu', '--iso', `${server.base}/${file}`, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(digestOf(await fs.readFile(path.join(base, 'home/images', `${sha256}.iso`)))).toBe(sha256);
});

test('a package that is a file installs without any network', async () => {
  const other = path.join(base, 'other');
  const { code, stderr } = await npm(['install', '-g', '--offline', '--prefix', other, path.join(folder, `b2d-${manifest.version}-with-image.tgz`)]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const image = path.join(other, 'lib/node_modules/b2d/image');
  expect((await fs.readdir(image)).sort()).toEqual(['b2d-amd64.iso', 'manifest.json', 'release.json']);
  const home = path.join(base, 'home of the other');
  expect(await execute(path.join(other, 'bin/b2d'), ['init', '--driver', 'qemu'], { env: { ...env, B2D_HOME: home } })).toMatchObject({ code: 0 });
  expect((await fs.readdir(path.join(home, 'images')))).toContain(`${manifest.images.amd64!.sha256}.iso`);
});

test('the installed b2d takes its image from where its release says, and believes the manifest that is there', async () => {
  const machine = ['--machine', 'plain'];
  expect(await b2d('delete', '--yes', '--json')).toMatchObject({ code: 0 });
  await fs.rm(path.join(base, 'home'), { recursive: true });
  const { code, stderr } = await b2d('init', '--driver', 'qemu', ...machine);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { file, sha256 } = manifest.images.amd64!;
  expect(server.requests.at(-1)).toMatchObject({ method: 'GET', url: `/${file}` });
  expect(await fs.readdir(path.join(base, 'home/images'))).toContain(`${sha256}.iso`);
  const check = await b2d('upgrade', '--check', '--json', ...machine);
  expect(check).toMatchObject({ code: 0 });
  expect(JSON.parse(check.stdout)).toMatchObject({ available: false, release: manifest.version, newest: { sha256 } });
});
