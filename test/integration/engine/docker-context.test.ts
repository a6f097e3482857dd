import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { currentContext, setCurrentContext } from '../../../src/engine/docker-config.ts';
import { deleteMachine } from '../../../src/machine/delete.ts';
import { contextsLeft, describeContext, dropContext, refreshContext } from '../../../src/machine/docker-context.ts';
import { openMachine, type Machine } from '../../../src/machine/machine.ts';
import type { RunResult } from '../../../src/platform/platform.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { tool } from '../../support/tools.ts';

const program = process.env['B2D_TEST_DOCKER'] ?? tool('docker', 'docker-cli');
let world: FakeWorld;
let folder: string;

beforeEach(async () => {
  world = await FakeWorld.create();
  world.workspace.dockerContext = true;
  await world.initWithRarePorts();
  folder = path.join(world.workspace.platform.homeDir, '.docker');
});
afterEach(() => world.dispose());

/** The real docker client with the settings of the world's user. */
function docker(...args: string[]): Promise<RunResult> {
  return world.workspace.platform.run(program, args, { env: { PATH: process.env['PATH'], HOME: world.workspace.platform.homeDir } });
}

/** Every file below docker's folder: path -> mode and content. */
async function tree(): Promise<Record<string, string>> {
  const files = (await fs.readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(await Promise.all(files.map(async (file) => [path.relative(folder, file), `${((await fs.stat(file)).mode & 0o777).toString(8)} ${await fs.readFile(file, 'utf8')}`])));
}

const machine = (): Promise<Machine> => openMachine(world.workspace, 'default');
const version = (...args: string[]): Promise<RunResult> => docker(...args, 'version', '--format', '{{.Server.Version}}');

test('up makes the context, which the docker client uses', async () => {
  await world.up();
  expect(await version('--context', 'b2d')).toMatchObject({ code: 0, stdout: '28.0.0-test\n', stderr: '' });
  const [shown] = JSON.parse((await docker('context', 'inspect', 'b2d')).stdout) as Array<Record<string, any>>;
  const { ports, uuid } = await world.record();
  expect(shown).toMatchObject({
    Name: 'b2d', Metadata: { Description: 'b2d machine "default"', b2d: { machine: uuid } },
    Endpoints: { docker: { Host: `tcp://127.0.0.1:${ports.docker}`, SkipTLSVerify: false } }, TLSMaterial: { docker: ['ca.pem', 'cert.pem', 'key.pem'] },
  });
  expect((await docker('context', 'inspect', '--format', '{{.Name}}')).stdout).toBe('default\n'); // never by itself
  expect(world.notes).toEqual([expect.stringContaining('b2d context use')]);
});

test('is in the client\'s own form: what it exports and imports is what it would make itself', async () => {
  await world.up();
  const { docker: certificates } = world.paths;
  const { ports } = await world.record();
  await docker('context', 'create', 'reference', '--description', 'b2d machine "default"', '--docker', `host=tcp://127.0.0.1:${ports.docker},ca=${certificates}/ca.pem,cert=${certificates}/cert.pem,key=${certificates}/key.pem`);
  const meta = async (name: string) => JSON.parse((await docker('context', 'inspect', name)).stdout)[0] as Record<string, any>;
  const [own, reference] = [await meta('b2d'), await meta('reference')];
  const file = async ({ Storage }: Record<string, any>) => fs.readFile(path.join(Storage.MetadataPath, 'meta.json'), 'utf8');
  expect((await file(own)).replace(/,"b2d":\{[^}]*\}/, '').replace('"Name":"b2d"', '"Name":"reference"')).toBe(await file(reference));
  expect((await fs.stat(path.join(own['Storage'].TLSPath, 'docker', 'key.pem'))).mode & 0o777).toBe(0o600);
  expect((await fs.stat(path.join(own['Storage'].TLSPath, 'docker'))).mode & 0o777).toBe(0o700);

  const exported = path.join(world.folder, 'exported.tar');
  expect(await docker('context', 'export', 'b2d', exported)).toMatchObject({ code: 0 });
  expect(await docker('context', 'import', 'copy', exported)).toMatchObject({ code: 0 });
  expect(await version('--context', 'copy')).toMatchObject({ code: 0, stdout: '28.0.0-test\n' });
});

test('is brought up to date when the port or the certificates changed, and written only then', async () => {
  await world.up();
  const before = await tree();
  await world.up();
  expect(await tree()).toEqual(before);
  await world.driver.off();
  await fs.rm(path.join(world.paths.directory, 'tls'), { recursive: true });
  await world.initWithRarePorts();
  expect((await describeContext(world.workspace.platform, await machine())).state).toBe('stale');
  await world.up();
  expect(await version('--context', 'b2d')).toMatchObject({ code: 0, stdout: '28.0.0-test\n' });
  expect(await describeContext(world.workspace.platform, await machine())).toMatchObject({ state: 'ok', dockerHost: `tcp://127.0.0.1:${(await world.record()).ports.docker}` });
  expect(world.notes).toHaveLength(1);
});

test('cut off before meta.json was written, there is no context yet, and the next up makes it and leaves no stray key', async () => {
  await world.up();
  await fs.rm(path.join(folder, 'contexts', 'meta'), { recursive: true });
  const [key = ''] = Object.keys(await tree()).filter((file) => file.endsWith('key.pem'));
  await fs.writeFile(path.join(folder, `${key}.123456`), 'half a key');
  expect((await docker('context', 'ls', '-q')).stdout).toBe('default\n');
  await world.up();
  expect(Object.keys(await tree())).toEqual([expect.stringContaining('meta.json'), ...['ca', 'cert', 'key'].map((name) => expect.stringMatching(new RegExp(`${name}\\.pem$`)))]);
});

describe('delete', () => {
  test('removes it, and with it the current context', async () => {
    await world.up();
    await setCurrentContext(world.workspace.platform, 'b2d');
    expect(await version()).toMatchObject({ stdout: '28.0.0-test\n' });
    await deleteMachine(world.workspace, await machine());
    expect(await docker('context', 'ls', '--format', '{{.Name}}')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^default/), stderr: '' });
    expect(Object.keys(await tree()).filter((file) => file !== 'config.json')).toEqual([]);
    expect(world.notes.at(-1)).toContain('default one');
  });

  test.each([
    ['the user made', (host: string) => ['create', 'b2d', '--docker', `host=${host}`]],
    ['the user changed', () => ['update', 'b2d', '--docker', 'host=tcp://127.0.0.1:1']],
  ])('leaves a context that %s, and so does up', async (_, words) => {
    await world.up();
    if (words('')[0] === 'create') await docker('context', 'rm', '--force', 'b2d');
    expect(await docker('context', ...words('tcp://127.0.0.1:2'))).toMatchObject({ code: 0 });
    const before = await tree();
    await world.up();
    expect(world.notes.at(-1)).toMatch(/could not be written[^]*left alone[^]*docker context rm b2d, then b2d up[^]*context = "off"/);
    await expect(refreshContext(world.workspace.platform, await machine())).rejects.toMatchObject({ exit: 'failure' });
    await deleteMachine(world.workspace, await machine());
    expect(await tree()).toEqual(before);
  });
});

test('of a machine of another B2D_HOME is left alone while that machine is there, and then taken over', async () => {
  await world.up();
  const other = await FakeWorld.create();
  try {
    await other.initWithRarePorts();
    Object.assign(other.workspace, { platform: world.workspace.platform, dockerContext: true });
    await other.up();
    expect(other.notes.at(-1)).toContain('another B2D_HOME');
    expect(await describeContext(world.workspace.platform, await openMachine(other.workspace, 'default'))).toMatchObject({ state: 'other' });
    await fs.rm(world.paths.record);
    expect(await contextsLeft(world.workspace.platform)).toMatchObject([{ context: 'b2d', state: 'left' }]);
    await other.up();
    expect(await describeContext(world.workspace.platform, await openMachine(other.workspace, 'default'))).toMatchObject({ state: 'ok' });
  } finally {
    await other.dispose();
  }
});

test('left behind by a machine that is gone can be removed', async () => {
  await world.up();
  const { uuid } = await world.record();
  await setCurrentContext(world.workspace.platform, 'b2d');
  await fs.rm(world.paths.record);
  expect(await dropContext(world.workspace.platform, 'default', 'another')).toMatchObject({ owner: 'left', removed: false });
  expect(await dropContext(world.workspace.platform, 'default', undefined)).toMatchObject({ owner: 'left', removed: true, wasCurrent: true });
  expect(await dropContext(world.workspace.platform, 'default', uuid)).toMatchObject({ owner: 'absent', removed: false });
  expect((await docker('context', 'inspect', '--format', '{{.Name}}')).stdout).toBe('default\n');
});

test('the setting "off" makes none', async () => {
  world.workspace.dockerContext = false;
  await world.up();
  await expect(fs.access(folder)).rejects.toThrow();
});

test('a folder that cannot be written is told, and up succeeds', async () => {
  await fs.mkdir(path.dirname(folder), { recursive: true });
  await fs.writeFile(folder, 'a file in its place');
  expect((await world.up()).way).toBe('booted');
  expect(world.notes).toEqual([expect.stringMatching(/docker context "b2d" could not be written/)]);
  expect(await fs.readFile(folder, 'utf8')).toBe('a file in its place');
});

describe('the current context', () => {
  const file = () => path.join(folder, 'config.json');
  const use = async (before: string | undefined, name: string | undefined): Promise<string> => {
    await fs.mkdir(folder, { recursive: true });
    if (before !== undefined) await fs.writeFile(file(), before);
    await setCurrentContext(world.workspace.platform, name);
    return fs.readFile(file(), 'utf8');
  };

  test('is set as the docker client sets it', async () => {
    await world.up();
    const settings = '{"auths":{"r.example":{"auth":"dTpw"}},"HttpHeaders":{"X":"<a&b>"},"detachKeys":"ctrl-x","aliases":{"builder":"buildx"}}';
    const ours = await use(settings, 'b2d');
    await fs.writeFile(file(), settings);
    expect(await docker('context', 'use', 'b2d')).toMatchObject({ code: 0, stdout: 'b2d\n' });
    expect(JSON.parse(ours)).toEqual(JSON.parse(await fs.readFile(file(), 'utf8')));
    const sorted = (text: string): string[] => text.replaceAll(',\n', '\n').split('\n').sort();
    expect(sorted(ours)).toEqual(sorted(await fs.readFile(file(), 'utf8'))); // the same lines; the client has an order of its own
  });

  test('keeps what it does not know, numbers to the last digit', async () => {
    expect(await use('{"new":{"id":12345678901234567890.10,"list":[1e3,null,true]},"currentContext":"x","last":""}', 'b2d'))
      .toBe('{\n\t"new": {\n\t\t"id": 12345678901234567890.10,\n\t\t"list": [\n\t\t\t1e3,\n\t\t\tnull,\n\t\t\ttrue\n\t\t]\n\t},\n\t"last": "",\n\t"currentContext": "b2d"\n}');
  });

  test('"default" is none, and what is so already is not written', async () => {
    expect(await use('{"auths":{},"currentContext":"b2d"}', 'default')).toBe('{\n\t"auths": {}\n}');
    expect(await use('{ "currentContext":"b2d" }', 'b2d')).toBe('{ "currentContext":"b2d" }');
    expect(await use('', 'b2d')).toBe('{\n\t"currentContext": "b2d"\n}');
  });

  test.each([['cut off', '{"auths": {'], ['a list', '[]'], ['a word', '"x"'], ['with a byte order mark', '\ufeff{}'], ['not UTF-8', Buffer.from('{"a":"\xff"}', 'latin1')]])('a file that is %s stays as it is', async (_, content) => {
    await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(file(), content);
    await expect(setCurrentContext(world.workspace.platform, 'b2d')).rejects.toMatchObject({ exit: 'stateUnreadable', message: expect.stringContaining(file()) });
    expect(await fs.readFile(file())).toEqual(Buffer.from(content));
  });

  test('a new file is private; one that is there keeps its rights, and a link stays a link', async () => {
    await use(undefined, 'b2d');
    expect((await fs.stat(file())).mode & 0o777).toBe(0o600);
    const real = path.join(world.folder, 'dotfiles.json');
    await fs.writeFile(real, '{}', { mode: 0o640 });
    await fs.rm(file());
    await fs.symlink(path.relative(folder, real), file());
    await setCurrentContext(world.workspace.platform, 'b2d');
    expect((await fs.lstat(file())).isSymbolicLink()).toBe(true);
    expect([JSON.parse(await fs.readFile(real, 'utf8')), (await fs.stat(real)).mode & 0o777]).toEqual([{ currentContext: 'b2d' }, 0o640]);
    await fs.rm(real); // a link to nothing yet
    await setCurrentContext(world.workspace.platform, 'b2d');
    expect((await fs.lstat(file())).isSymbolicLink()).toBe(true);
    expect(JSON.parse(await fs.readFile(real, 'utf8'))).toEqual({ currentContext: 'b2d' });
  });

  test('DOCKER_CONTEXT and DOCKER_CONFIG count', async () => {
    await use('{"currentContext":"b2d"}', 'b2d');
    expect(await currentContext({ ...world.workspace.platform, env: { DOCKER_CONTEXT: 'x' } })).toMatchObject({ name: 'x' });
    expect(await currentContext({ ...world.workspace.platform, env: { DOCKER_CONFIG: world.folder } })).toBeUndefined();
    expect(await currentContext(world.workspace.platform)).toMatchObject({ name: 'b2d', by: file() });
  });
});
