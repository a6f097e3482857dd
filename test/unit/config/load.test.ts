import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadSettings, type LoadOptions, type Settings } from '../../../src/config/load.ts';
import { SETTING_KEYS, variableOf } from '../../../src/config/settings.ts';
import { describeSettings, explicitValues, machineValues } from '../../../src/config/views.ts';
import { fakePlatform } from '../../support/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

let home: string;
beforeEach(async () => { home = await awkwardFolder(); });
afterEach(() => removeFolder(home));

const file = (): string => path.join(home, 'config.toml');
const write = (text: string | Buffer): Promise<void> => fs.writeFile(file(), text);
const load = (options: Partial<LoadOptions> = {}, env: Record<string, string> = {}): Promise<Settings> =>
  loadSettings({ platform: fakePlatform('linux', { env }), home, ...options });
const machine = { file: '/m/machine.json', values: { memory: 3000, cpus: 3 }, extra: { 'qemu.accel': 'tcg' } };

test('without config.toml the defaults follow the host', async () => {
  const { memory, cpus, disk, driver, iso, machine: name, extra, warnings } = await load();
  expect([memory, cpus, disk, driver, iso, name].map(({ value }) => value)).toEqual([4096, 4, 65536, 'auto', '', 'default']);
  expect(memory.source.layer).toBe('default');
  expect({ extra, warnings }).toEqual({ extra: {}, warnings: [] });
});

test.each([[2, 1, 1024, 1], [8, 2, 2048, 1], [8, 4, 2048, 2], [64, 16, 4096, 4]])('a host of %d GiB and %d CPUs gives %d MiB and %d CPUs', async (gib, cpuCount, memory, cpus) => {
  const settings = await load({ platform: fakePlatform('darwin', { totalMemory: gib * 1024 ** 3, cpuCount }) });
  expect([settings.memory.value, settings.cpus.value]).toEqual([memory, cpus]);
});

test('default < config.toml < the machine < variable < flag', async () => {
  const steps: Array<[number, string]> = [];
  const record = async (settings: Promise<Settings>): Promise<void> => void steps.push([(await settings).memory.value, (await settings).memory.source.name]);
  await record(load());
  await write('memory = "2g"');
  await record(load());
  await record(load({ machine }));
  await record(load({ machine }, { B2D_MEMORY: '2500' }));
  await record(load({ machine, flags: { memory: '1.5g' } }, { B2D_MEMORY: '2500' }));
  expect(steps).toEqual([[4096, 'default'], [2048, file()], [3000, '/m/machine.json'], [2500, 'B2D_MEMORY'], [1536, '--memory']]);
  await record(load({}, { B2D_MEMORY: '' })); // an empty variable is none
  expect(steps.at(-1)).toEqual([2048, file()]);
});

describe('lenient', () => {
  test('a value that cannot be used is a warning, and counts for nothing', async () => {
    const settings = await load({ lenient: true }, { B2D_MEMORY: 'much', B2D_CPUS: '2' });
    expect([settings.memory, settings.cpus.value]).toEqual([{ value: 4096, source: { layer: 'default', name: 'default' } }, 2]);
    expect(settings.warnings).toEqual([expect.stringMatching(/"much".*B2D_MEMORY/)]);
    expect(explicitValues(settings)).toEqual({ cpus: 2 });
  });

  test('but not of a setting that the command needs', async () => {
    await expect(load({ lenient: true, needed: ['proxy'] }, { B2D_PROXY: 'socks5://p:1' })).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining('B2D_PROXY') });
  });

  test('but never where the machine itself is not sure', async () => {
    await write('machine = ["a"]');
    await expect(load({ lenient: true })).rejects.toMatchObject({ exit: 'usage' });
    await write('machine = = 1');
    await expect(load({ lenient: true })).rejects.toMatchObject({ exit: 'stateUnreadable' });
  });
});

describe('driver settings', () => {
  test('come from tables and variables', async () => {
    await write('[qemu]\naccel = "kvm"\nsnapshots = true\nport = 5\n[virtualbox]\nnic = "virtio"\n');
    const settings = await load({}, { B2D_QEMU_ACCEL: 'hvf', B2D_VIRTUALBOX_UI_TYPE: 'headless', B2D_QEMUX: 'no' });
    expect(machineValues(settings).extra).toEqual({
      'qemu.accel': 'hvf', 'qemu.snapshots': 'true', 'qemu.port': '5', 'virtualbox.nic': 'virtio', 'virtualbox.ui-type': 'headless',
    });
    expect(settings.extra['qemu.accel']?.source.name).toBe('B2D_QEMU_ACCEL');
    expect(explicitValues(settings).extra).toEqual({ 'qemu.accel': 'hvf', 'virtualbox.ui-type': 'headless' });
  });

  test.each([['qemu = "kvm"', 'qemu'], ['[qemu]\naccel = ["a"]', 'qemu.accel'], ['[[qemu]]\nx = 1', 'qemu'], ['qemu = 2020-01-01', 'qemu']])('%j is refused', async (text, key) => {
    await write(text);
    await expect(load()).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining(`"${key}"`) });
  });
});

describe('values that cannot be', () => {
  test.each<[string, string, RegExp]>([
    ['memory', '17g', /16 GiB/], ['memory', '511', /512 MiB/], ['memory', 'lots', /2048 \(MiB\), 2g/], ['memory', '-1', /2g/], ['memory', '1.0001g', /2g/],
    ['cpus', '0', /from 1 to/], ['cpus', '9', /8/], ['cpus', '1.5', /whole number/], ['cpus', 'all', /whole number/],
    ['disk', '20', /1 GiB.*write 20g/], ['disk', '17t', /16 TiB/], ['disk', '', /size/],
    ['driver', 'hyperv', /auto, virtualbox, qemu/], ['iso', 'ftp://x/y.iso', /http/], ['proxy', 'socks5://p:1', /http:\/\/HOST:PORT/],
  ])('%s = "%s" is refused from each layer', async (key, value, reason) => {
    await expect(load({ flags: { [key]: value } })).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining(`the flag --${key}`), reason: expect.stringMatching(reason) });
    if (value !== '') await expect(load({}, { [`B2D_${key.toUpperCase()}`]: value })).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining(`B2D_${key.toUpperCase()}`) });
    await write(`${key} = "${value}"`);
    await expect(load()).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining(file()), reason: expect.stringMatching(reason) });
  });

  test('the message names the value as it was written', async () => {
    await expect(load({ flags: { memory: '99TiB' } })).rejects.toThrow('"99TiB" is not possible for memory, in the flag --memory.');
  });

  test('limits are for the value in force, the form for all', async () => {
    await write('memory = "999g"');
    expect((await load({ flags: { memory: '1g' } })).memory.value).toBe(1024);
    await write('memory = "plenty"');
    await expect(load({ flags: { memory: '1g' } })).rejects.toMatchObject({ exit: 'usage' });
  });
});

describe('config.toml', () => {
  test.each([['memory = [1]', 'a list'], ['cpus = true', 'true'], ['disk = 2020-01-01', 'a date'], ['[driver.qemu]\naccel = "kvm"', 'a table']])('%j has the wrong kind: %s', async (text, kind) => {
    await write(text);
    await expect(load()).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining(kind), remedy: [expect.stringContaining(file())] });
  });

  test('settings in a table are read, their variables win, and a value that is not possible is named', async () => {
    await write('[ports]\nbind = "all"\nforward = "off"\nbnid = 1\n');
    const settings = await load({}, { B2D_PORTS_FORWARD: 'ON' });
    expect([settings['ports.bind'], settings['ports.forward']]).toMatchObject([{ value: 'all', source: { name: file() } }, { value: 'on', source: { name: 'B2D_PORTS_FORWARD' } }]);
    expect(settings.warnings).toEqual([`${file()}: "ports.bnid" is not a setting of b2d; did you mean "ports.bind"?`]);
    await expect(load({}, { B2D_PORTS_BIND: '0.0.0.0' })).rejects.toMatchObject({ exit: 'usage', message: expect.stringContaining('ports.bind'), reason: 'It must be one of loopback, all.' });
    await write('ports = "all"');
    await expect(load()).rejects.toMatchObject({ exit: 'usage', reason: 'It must be a table: [ports].' });
  });

  test('bad TOML names the line', async () => {
    await write('cpus = 2\nmemory = = 3\n');
    const error = await load().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ exit: 'stateUnreadable', message: `${file()} is not valid TOML: line 2, column 10.` });
    expect((error as { details: string[] }).details.join('\n')).toContain('memory = = 3');
  });

  test('unknown keys are warnings with a suggestion', async () => {
    await write('memroy = 1\nfoo = 2\n[vbox]\nx = 1\n');
    expect((await load()).warnings).toEqual([
      `${file()}: "memroy" is not a setting of b2d; did you mean "memory"?`, `${file()}: "foo" is not a setting of b2d`, `${file()}: "vbox" is not a setting of b2d`,
    ]);
  });

  test('what Windows editors write is read: CRLF, a byte order mark, UTF-16', async () => {
    const text = 'cpus = 2\r\nmachine = "dev"\r\n';
    for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`), Buffer.from(`\ufeff${text}`, 'utf16le'), Buffer.from(`\ufeff${text}`, 'utf16le').swap16()]) {
      await write(bytes);
      const { cpus, machine: name } = await load();
      expect([cpus.value, name.value]).toEqual([2, 'dev']);
    }
    await write(Buffer.from('machine = "J\xf6rg"', 'latin1'));
    await expect(load()).rejects.toMatchObject({ exit: 'stateUnreadable', message: expect.stringContaining('UTF-8') });
  });

  test('a folder of that name is told', async () => {
    await fs.mkdir(file());
    await expect(load()).rejects.toMatchObject({ exit: 'storage', message: expect.stringContaining(file()) });
  });

  test('an empty file sets nothing', async () => {
    await write('');
    expect((await load()).cpus.source.layer).toBe('default');
  });
});

test('a relative ISO starts where the user looks', async () => {
  const iso = async (options: Partial<LoadOptions>, env: Record<string, string> = {}): Promise<string> => (await load({ cwd: '/work dir', ...options }, env)).iso.value;
  expect(await iso({ flags: { iso: 'my.iso' } })).toBe('/work dir/my.iso');
  expect(await iso({}, { B2D_ISO: '../my.iso' })).toBe('/my.iso');
  expect(await iso({ flags: { iso: '~/my.iso' } })).toBe('/home/jörg müller/my.iso');
  expect(await iso({ flags: { iso: 'https://example.org/b2d.iso' } })).toBe('https://example.org/b2d.iso');
  await write('iso = "my.iso"');
  expect(await iso({})).toBe(path.join(home, 'my.iso'));
  expect((await loadSettings({ platform: fakePlatform('win32'), home: 'C:\\b2d', cwd: 'D:\\x', flags: { iso: 'E:\\b2d.iso' } })).iso.value).toBe('E:\\b2d.iso');
});

describe('proxy', () => {
  test('an empty variable is no proxy, an absent one leaves it to the environment', async () => {
    expect((await load()).proxy.value).toBeUndefined();
    await write('proxy = "http://p:1"');
    expect((await load({}, { B2D_PROXY: '' })).proxy).toEqual({ value: '', source: { layer: 'environment', name: 'B2D_PROXY' } });
    expect((await load()).proxy).toEqual({ value: 'http://p:1', source: { layer: 'file', name: file() } });
  });

  test.each(['http://me:s3cret@p:1', 'me:s3cret@p:1', 'socks5://me:s3cret@p:1', 'http://me:s3c/ret@p:x'])('the password in %s is not shown', async (address) => {
    const shown = await load({}, { B2D_PROXY: address }).then(describeSettings, (error: unknown) => error);
    expect(JSON.stringify([shown, String(shown)])).toMatch(/p:1|p:x/);
    expect(JSON.stringify([shown, String(shown)])).not.toContain('s3c');
  });
});

test.each(['https://me:s3cret@example.org/b2d.iso', 'ftp://me:s3cret@example.org/b2d.iso'])('the password in %s is not shown', async (iso) => {
  const shown = await load({}, { B2D_ISO: iso }).then(describeSettings, (error: unknown) => error);
  expect(JSON.stringify([shown, String(shown)])).toContain('example.org');
  expect(JSON.stringify([shown, String(shown)])).not.toContain('s3cret');
});

test('files of certificate authorities are several, and start where the user looks', async () => {
  const ca = async (options: Partial<LoadOptions>, env: Record<string, string> = {}) => (await load({ cwd: '/work dir', ...options }, env)).ca.value;
  expect(await ca({}, { B2D_CA: 'a.pem:~/b.pem:' })).toEqual(['/work dir/a.pem', '/home/jörg müller/b.pem']);
  expect(await ca({ platform: fakePlatform('win32', { env: { B2D_CA: 'C:\\a b.pem;D:\\c.pem' } }) })).toEqual(['C:\\a b.pem', 'D:\\c.pem']);
  await write('ca = "a.pem"');
  expect(await ca({})).toEqual([path.join(home, 'a.pem')]);
  await write('ca = ["a.pem", "/b.pem"]');
  expect(await ca({})).toEqual([path.join(home, 'a.pem'), '/b.pem']);
  await write('ca = [1]');
  await expect(ca({})).rejects.toMatchObject({ exit: 'usage', reason: expect.stringContaining('list of strings') });
});

test('describeSettings shows each setting and where it comes from', async () => {
  await write('cpus = 2\n[qemu]\naccel = "kvm"\n');
  const rows = describeSettings(await load({ machine: { ...machine, values: { memory: 3072 }, extra: {} }, flags: { disk: '100g' } }, { B2D_MACHINE: 'dev' }));
  expect(rows).toEqual([
    { key: 'machine', value: 'dev', source: 'B2D_MACHINE' }, { key: 'memory', value: '3 GiB', source: 'machine' }, { key: 'cpus', value: '2', source: file() },
    { key: 'disk', value: '100 GiB', source: '--disk' }, { key: 'driver', value: 'auto', source: 'default' }, { key: 'iso', value: 'bundled', source: 'default' },
    { key: 'proxy', value: 'as HTTPS_PROXY and the like say', source: 'default' }, { key: 'ca', value: 'none of your own', source: 'default' },
    { key: 'release.url', value: 'where this b2d came from', source: 'default' }, { key: 'release.keys', value: 'those of this b2d', source: 'default' },
    { key: 'context', value: 'on', source: 'default' }, { key: 'host-access', value: 'on', source: 'default' },
    { key: 'ports.bind', value: 'loopback', source: 'default' }, { key: 'ports.forward', value: 'on', source: 'default' },
    { key: 'qemu.accel', value: 'kvm', source: file() },
  ]);
});

test.each([['off', false], ['no', false], ['0', false], ['ON', true], ['true', true]])('host-access %s', async (text, open) => {
  expect(machineValues(await load({ flags: { 'host-access': text } })).hostAccess).toBe(open);
  expect(explicitValues(await load({}, { B2D_HOST_ACCESS: text }))).toEqual({ hostAccess: open });
  await write(`host-access = "${text}"`);
  expect(machineValues(await load()).hostAccess).toBe(open);
});

test('host-access may be a boolean in config.toml, and nothing else', async () => {
  await write('host-access = false');
  expect(machineValues(await load()).hostAccess).toBe(false);
  await write('host-access = "perhaps"');
  await expect(load()).rejects.toMatchObject({ exit: 'usage', reason: expect.stringContaining('on or off') });
});

test('explicitValues are what was asked for just now', async () => {
  await write('cpus = 2');
  expect(explicitValues(await load({ machine }))).toEqual({});
  expect(explicitValues(await load({ flags: { memory: '1g' } }, { B2D_DISK: '2t' }))).toEqual({ memoryMiB: 1024, diskMiB: 2 * 1024 * 1024 });
});

test('docs/configuration.md tells of every setting and its variable', async () => {
  const text = await fs.readFile(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
  for (const key of SETTING_KEYS) expect(text).toMatch(new RegExp(`\\| \`${key}\` \\|.*\`${variableOf(key)}\``));
});
