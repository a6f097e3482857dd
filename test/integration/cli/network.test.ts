import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeAuthority } from '../../../src/tls/profiles.ts';
import { TestHome, type ExecOptions } from '../../support/b2d.ts';
import { tinyIso } from '../../support/iso.ts';

/** The commands as a user types them; the machine is off, or was never made. */
let home: TestHome;
let caFile: string;
beforeEach(async () => {
  home = await TestHome.create();
  caFile = path.join(home.home, 'Example Root.crt');
  await fs.writeFile(caFile, makeAuthority('x', new Date()).certificate);
});
afterEach(() => home.dispose());

const json = async (args: string[], options?: ExecOptions) => JSON.parse(await home.must([...args, '--json'], options)) as Record<string, unknown>;
const registryFile = (): string => path.join(home.home, 'registry.json');
const init = async (): Promise<void> => {
  const iso = path.join(home.home, 'tiny.iso');
  await fs.writeFile(iso, tinyIso());
  await home.must(['init'], { env: { B2D_ISO: iso } });
};

describe('b2d ca', () => {
  test('add, ls and rm need no machine', async () => {
    expect(await json(['ca', 'add', caFile])).toMatchObject({ name: 'Example-Root', known: false, applied: false });
    expect(await home.must(['ca', 'ls'])).toMatch(/^name +authority +until\nExample-Root +b2d CA +\d{4}-\d\d-\d\d\n$/);
    expect(await json(['ca', 'ls'])).toMatchObject({ authorities: [{ name: 'Example-Root', authorities: [{ name: 'b2d CA', fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) }] }] });
    await home.must(['ca', 'rm', 'Example-Root']);
    expect(await fs.readdir(path.join(home.home, 'ca'))).toEqual([]);
  });

  test('say when it counts where a machine is off', async () => {
    await init();
    const { stderr } = await home.b2d(['ca', 'add', caFile, '--name', 'root']);
    expect(stderr).toContain('b2d engine restart');
    expect(stderr).not.toContain('Other machines');
  });

  test.each([[['ca', 'add'], 'file'], [['ca', 'add', 'none.pem'], 'none.pem'], [['ca', 'rm', 'none'], 'none']])('%j ends with 2', async (args, text) => {
    expect(await home.b2d(args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(text) });
  });
});

describe('b2d registry', () => {
  test('add, ls and rm keep registry.json, beside what config.toml and variables say', async () => {
    await fs.writeFile(path.join(home.home, 'config.toml'), '[registry]\ninsecure = ["fixed:5000"]\n');
    expect(await json(['registry', 'add', '--mirror', 'https://M.example/', '--insecure', 'a:1', '--insecure', 'b:2'])).toMatchObject({ mirrors: ['https://m.example'], insecure: ['a:1', 'b:2'], changed: true });
    expect(await json(['registry', 'add', '--insecure', 'http://a:1'])).toMatchObject({ changed: false });
    expect(JSON.parse(await fs.readFile(registryFile(), 'utf8'))).toEqual({ version: 1, mirrors: ['https://m.example'], insecure: ['a:1', 'b:2'] });
    const { registries } = await json(['registry', 'ls'], { env: { B2D_REGISTRY_INSECURE: 'env:1' } });
    expect((registries as { value: string }[]).map(({ value }) => value)).toEqual(['https://m.example', 'fixed:5000', 'env:1', 'a:1', 'b:2']);
    await home.must(['registry', 'rm', 'https://m.example/']);
    await home.must(['registry', 'rm', 'a:1']);
    expect(JSON.parse(await fs.readFile(registryFile(), 'utf8'))).toEqual({ version: 1, mirrors: [], insecure: ['b:2'] });
    expect(await home.b2d(['registry', 'rm', 'fixed:5000'])).toMatchObject({ code: 2, stderr: expect.stringContaining('config.toml') });
    expect(await home.b2d(['registry', 'rm', 'never'])).toMatchObject({ code: 2, stderr: expect.stringContaining('registry.json') });
  });

  test.each([[[]], [['--mirror', 'm.example']], [['--insecure', 'a/b']], [['a:1']]])('add %j ends with 2 and changes nothing', async (args) => {
    expect((await home.b2d(['registry', 'add', ...args])).code).toBe(2);
    await expect(fs.access(registryFile())).rejects.toThrow();
  });

  test('a damaged registry.json is told with exit code 11, and stays', async () => {
    await fs.writeFile(registryFile(), '{"version":1,');
    for (const args of [['registry', 'ls'], ['registry', 'add', '--insecure', 'a:1']]) {
      expect(await home.b2d(args)).toMatchObject({ code: 11, stdout: '', stderr: expect.stringContaining('registry.json') });
    }
    expect(await fs.readFile(registryFile(), 'utf8')).toBe('{"version":1,');
    expect((await home.b2d(['config'])).code).toBe(0);
  });
});

test('b2d engine restart needs a machine that runs', async () => {
  expect((await home.b2d(['engine', 'restart'])).code).toBe(3);
  await init();
  expect((await home.b2d(['engine', 'restart'])).code).toBe(4);
});

test('b2d config shows [registry] and [engine]', async () => {
  await fs.writeFile(path.join(home.home, 'config.toml'), '[registry]\nmirrors = ["https://m.example"]\n[engine]\nmtu = 1400\n');
  expect(await home.must(['config'])).toMatch(/registry\.mirrors +https:\/\/m\.example .*config\.toml\nengine\.mtu +1400 /);
});
