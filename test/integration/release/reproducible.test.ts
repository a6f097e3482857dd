import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { parseManifest } from '../../../src/release/manifest.ts';
import { execute, type Result } from '../../support/b2d.ts';
import { digestOf } from '../../support/download.ts';
import { copyCheckout, npmEnvironment } from '../../support/release-checkout.ts';
import { testKey } from '../../support/release.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';
import { run, tool } from '../../support/tools.ts';

/** The real script in a checkout of its own, with a real key, but for a tiny image. */
jest.setTimeout(900_000); // npm packs a thousand files several times

const key = testKey();
let base: string;
let checkout: string;
let keyFile: string;
let git: (...args: string[]) => Promise<Result>;
let first: string;

const release = (...args: string[]): Promise<Result> =>
  execute(process.execPath, [path.join(checkout, 'bin/dev/release/main.ts'), ...args], { cwd: base, env: npmEnvironment(path.join(base, 'npm-cache')) });

beforeAll(async () => {
  base = await awkwardFolder('b2d-release');
  checkout = path.join(base, 'checkout');
  ({ git } = await copyCheckout(checkout, key.pem));
  keyFile = path.join(base, 'key.pem');
  await fs.writeFile(keyFile, key.privatePem, { mode: 0o600 });
  first = path.join(base, 'first');
  const { code, stdout, stderr } = await release('--key', keyFile, '--out', first, '--url', 'https://h.example/release.json', '--download-url', 'https://h.example/v/');
  if (code !== 0) throw new Error(stderr);
  expect(stdout).toBe(`${first}\n`);
  expect(stderr).not.toContain('warning');
});
afterAll(() => removeFolder(base));

test('the same commit and key give the same bytes', async () => {
  const second = path.join(base, 'second');
  const { code, stderr } = await release(`--key=${keyFile}`, '--out', second, '--url', 'https://h.example/release.json', '--download-url', 'https://h.example/v');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const names = (await fs.readdir(first)).sort();
  expect((await fs.readdir(second)).sort()).toEqual(names);
  for (const name of names) {
    const [one, two] = await Promise.all([first, second].map((folder) => fs.readFile(path.join(folder, name))));
    expect({ name, sha256: digestOf(two!) }).toEqual({ name, sha256: digestOf(one!) });
  }
  expect((await git('status', '--short')).stdout).toBe(''); // neither run has left anything in the checkout
});

test('the manifest states date, addresses, and the digest of every file it names', async () => {
  const manifest = parseManifest(await fs.readFile(path.join(first, 'release.json'), 'utf8'), 'release.json');
  const image = manifest.images.amd64!;
  expect(manifest).toMatchObject({ released: '2026-03-01T12:00:00Z', expires: '2027-04-05T12:00:00Z', url: 'https://h.example/release.json' });
  expect(manifest.notes).toContain('### Features');
  expect(image).toMatchObject({ urls: [`https://h.example/v/${image.file}`], engine: '28.5.2', kernel: '6.12.1-b2d', data: { format: 1, storageDrivers: ['overlay2'] } });
  expect(manifest.packages.map(({ kind }) => kind)).toEqual(['npm', 'npm-with-image']);
  for (const { file, size, sha256 } of [image, ...manifest.packages]) {
    const bytes = await fs.readFile(path.join(first, file));
    expect({ file, size: bytes.length, sha256: digestOf(bytes) }).toEqual({ file, size, sha256 });
  }
});

test('openssl verifies the signature by the public key', async () => {
  const { signatures } = JSON.parse(await fs.readFile(path.join(first, 'release.json.sig'), 'utf8')) as { signatures: { ed25519: string }[] };
  const [signature, publicKey] = [path.join(base, 'signature'), path.join(base, 'public.pem')];
  await fs.writeFile(signature, Buffer.from(signatures[0]!.ed25519, 'base64'));
  await fs.writeFile(publicKey, key.pem);
  const openssl = (file: string): Promise<Result> => execute(tool('openssl', 'openssl'), ['pkeyutl', '-verify', '-pubin', '-inkey', publicKey, '-rawin', '-in', file, '-sigfile', signature]);
  expect(await openssl(path.join(first, 'release.json'))).toMatchObject({ code: 0, stdout: expect.stringContaining('Verified Successfully') });
  expect((await openssl(path.join(first, 'SHA256SUMS'))).code).not.toBe(0);
});

test('the packages trust exactly the published keys, and carry the manifest without the packages', async () => {
  const unpacked = path.join(base, 'unpacked');
  await fs.mkdir(unpacked);
  const published = parseManifest(await fs.readFile(path.join(first, 'release.json'), 'utf8'), 'x');
  await run(tool('tar', 'tar'), ['-xzf', path.join(first, `b2d-${published.version}-with-image.tgz`), '-C', unpacked]);
  const read = (name: string): Promise<string> => fs.readFile(path.join(unpacked, 'package', name), 'utf8');
  expect(await read('dist/release-keys.pem')).toBe(await fs.readFile(path.join(checkout, 'src/release/keys.pem'), 'utf8'));
  expect(parseManifest(await read('image/release.json'), 'x')).toEqual({ ...published, packages: [] });
  expect(digestOf(await fs.readFile(path.join(unpacked, 'package/image/b2d-amd64.iso')))).toBe(published.images.amd64!.sha256);
  expect(JSON.parse(await read('image/manifest.json'))).toMatchObject({ sha256: published.images.amd64!.sha256 });
  const native = (await fs.readdir(unpacked, { recursive: true })).filter((name) => /\.(node|bare|so|o)$|config\.gypi$/.test(name));
  expect(native).toEqual([]);
});

test('a working tree that differs from its commit is not signed', async () => {
  const file = path.join(checkout, 'stray.txt');
  await fs.writeFile(file, '');
  try {
    const { code, stderr } = await release('--key', keyFile, '--out', path.join(base, 'third'));
    expect(code).toBe(1);
    expect(stderr).toContain('?? stray.txt');
  } finally {
    await fs.rm(file);
  }
});

test('a key that the packages do not know is not used', async () => {
  const other = path.join(base, 'other.pem');
  await fs.writeFile(other, testKey().privatePem, { mode: 0o600 });
  const { code, stderr } = await release('--key', keyFile, '--key', other, '--out', path.join(base, 'third'));
  expect(code).toBe(13);
  expect(stderr).toContain('src/release/keys.pem');
  expect(stderr).not.toMatch(/PRIVATE/);
});

test('another version than the image states is not released, and a folder of something else not replaced', async () => {
  const packageFile = path.join(checkout, 'package.json');
  const text = await fs.readFile(packageFile, 'utf8');
  await fs.writeFile(packageFile, text.replace(/"version": "[^"]+"/, '"version": "99.0.0"'));
  try {
    expect(await release('--out', path.join(base, 'third'))).toMatchObject({ code: 7, stderr: expect.stringContaining('package.json says 99.0.0') });
  } finally {
    await fs.writeFile(packageFile, text);
  }
  expect(await release('--out', checkout)).toMatchObject({ code: 2, stderr: expect.stringContaining('is not the folder of a release') });
  expect(await fs.readFile(packageFile, 'utf8')).toBe(text);
});
