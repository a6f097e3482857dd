import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadSettings, type LoadOptions, type Settings } from '../../../src/config/load.ts';
import { changeRegistryFile, readRegistryFile, registryFileOf } from '../../../src/config/registry-file.ts';
import { parseRegistry } from '../../../src/config/registries.ts';
import { describeSettings, engineWishes } from '../../../src/config/views.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { fakePlatform } from '../../support/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

let home: string;
beforeEach(async () => { home = await awkwardFolder(); });
afterEach(() => removeFolder(home));

const write = (text: string): Promise<void> => fs.writeFile(path.join(home, 'config.toml'), text);
const load = (options: Partial<LoadOptions> = {}, env: Record<string, string> = {}): Promise<Settings> => loadSettings({ platform: fakePlatform('linux', { env }), home, ...options });

describe('a mirror', () => {
  test.each([['https://Mirror.example/', 'https://mirror.example'], ['http://10.0.2.2:5000', 'http://10.0.2.2:5000'], [' https://m.example/docker/ ', 'https://m.example/docker']])('%j', (text, value) => {
    expect(parseRegistry('mirrors', text, 'x')).toBe(value);
  });

  test.each(['mirror.example', 'ftp://m.example', 'https://', 'https://m.example/?a', 'https://m.example#b', ''])('%j is refused', (text) => {
    expect(() => parseRegistry('mirrors', text, 'the flag --mirror')).toThrow(/--mirror/);
  });

  test('with a password is refused without showing it', () => {
    expect(() => parseRegistry('mirrors', 'https://me:secret@m.example', 'x')).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }));
  });
});

describe('an insecure registry', () => {
  test.each([
    ['registry.example:5000', 'registry.example:5000'], ['registry', 'registry'], ['http://r.example:80/', 'r.example:80'], ['10.0.2.2:5000', '10.0.2.2:5000'],
    ['10.0.0.0/8', '10.0.0.0/8'], ['fd00::/8', 'fd00::/8'], ['[::1]:5000', '[::1]:5000'],
  ])('%j', (text, value) => expect(parseRegistry('insecure', text, 'x')).toBe(value));

  test.each(['', 'a b', 'r.example/image', 'r.example:99999', 'r.example:x', '10.0.0.0/33', 'ftp://r', '-r', '[x]:1'])('%j is refused', (text) => {
    expect(() => parseRegistry('insecure', text, 'x')).toThrow(expect.objectContaining({ exit: 'usage' }));
  });
});

describe('config.toml and variables', () => {
  test('are one list, each entry with where it comes from', async () => {
    await write('[registry]\nmirrors = ["https://a.example"]\ninsecure = ["b:1"]');
    const settings = await load({}, { B2D_REGISTRY_INSECURE: 'c:1, d:2', B2D_REGISTRY_MIRRORS: '' });
    expect(settings.registries.map(({ list, value, source }) => [list, value, source.name])).toEqual([
      ['mirrors', 'https://a.example', path.join(home, 'config.toml')], ['insecure', 'b:1', path.join(home, 'config.toml')],
      ['insecure', 'c:1', 'B2D_REGISTRY_INSECURE'], ['insecure', 'd:2', 'B2D_REGISTRY_INSECURE'],
    ]);
    expect(engineWishes(settings).registries).toEqual({ mirrors: ['https://a.example'], insecure: ['b:1', 'c:1', 'd:2'] });
  });

  test('[engine] may hold anything that JSON has', async () => {
    await write('[engine]\nlog-driver = "local"\nmtu = 1400\n[engine.features]\ncdi = true\n[engine.proxies]\nhttp-proxy = "http://me:secret@p.example"');
    const settings = await load();
    expect(engineWishes(settings).settings).toEqual({ 'log-driver': 'local', mtu: 1400, features: { cdi: true }, proxies: { 'http-proxy': 'http://me:secret@p.example' } });
    expect(JSON.stringify(describeSettings(settings))).toContain('engine.log-driver');
    expect(JSON.stringify(describeSettings(settings))).not.toContain('secret');
  });

  test.each([
    ['registry = 1', /registry/], ['[registry]\nmirrors = "x"', /registry.mirrors/], ['[registry]\ninsecure = [1]', /registry.insecure/], ['engine = []', /engine/],
    ['[engine]\nsince = 2026-01-01', /engine.since/], ['[engine]\nmtu = inf', /engine.mtu/], ['[registry]\nmirrors = ["x"]', /"x"/],
  ])('%j is refused', async (text, message) => {
    await write(text);
    await expect(load()).rejects.toMatchObject({ exit: 'usage', message: expect.stringMatching(message) });
  });

  test.each(['hosts = ["tcp://0.0.0.0"]', 'tls = false', 'tlsverify = false', 'tlscacert = "/x"', 'data-root = "/x"', 'registry-mirrors = []', 'insecure-registries = []', 'containerd = "/x"', '"a/../b" = 1', 'features = 1', 'features = { "a/b" = true }'])('[engine] %s is refused, and a mere warning of commands that do not need it', async (line) => {
    await write(`[engine]\n${line}\ndebug = true`);
    await expect(load()).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining('[engine]') });
    expect(await load({ lenient: true })).toMatchObject({ engine: {}, warnings: [expect.stringContaining('[engine]')] });
  });

  test('an unknown list is a warning', async () => {
    await write('[registry]\nmirror = ["x"]');
    expect((await load()).warnings).toEqual([expect.stringMatching(/registry\.mirror.*did you mean "registry\.mirrors"/)]);
  });
});

describe('registry.json', () => {
  const file = (): string => registryFileOf(hostPlatform(), home);

  test('is changed by several b2d at once without losing anything', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `r${index}:5000`);
    await Promise.all(names.map((name) => changeRegistryFile(hostPlatform(), home, (before) => ({ ...before, insecure: [...before.insecure, name] }))));
    expect((await readRegistryFile(file())).insecure.sort()).toEqual(names);
    expect((await fs.readdir(home)).filter((name) => /\.\d/.test(name))).toEqual([]);
  });

  test('tells whether it changed, and is not written where it did not', async () => {
    expect(await changeRegistryFile(hostPlatform(), home, (before) => before)).toBe(false);
    await expect(fs.access(file())).rejects.toThrow();
  });

  test.each(['', '{', '[]', '{"version":1}', '{"version":2,"mirrors":[],"insecure":[]}', '{"version":1,"mirrors":[1],"insecure":[]}', 'null'])('%j cannot be read, and stays', async (text) => {
    await fs.writeFile(file(), text);
    await expect(changeRegistryFile(hostPlatform(), home, (before) => ({ ...before, insecure: ['x'] }))).rejects.toMatchObject({ exit: 'stateUnreadable' });
    expect(await fs.readFile(file(), 'utf8')).toBe(text);
  });
});
