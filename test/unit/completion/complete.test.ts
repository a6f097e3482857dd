import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseChange } from '../../../src/cli/setting-change.ts';
import { complete } from '../../../src/completion/complete.ts';
import { ARGUMENTS, FLAGS, type Offer } from '../../../src/completion/sources.ts';
import type { Manifest } from '../../../src/completion/typed.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { readManifest } from '../../support/commands/list.ts';
import { writeCompletionHome } from '../../support/completion-home.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

/** The commands there are, in a home of machines that were never started. */
let home: string;
let manifest: Manifest;
beforeAll(async () => {
  home = await awkwardFolder();
  await writeCompletionHome(home);
  const { oclif } = JSON.parse(await fs.readFile('package.json', 'utf8')) as { oclif: Pick<Manifest, 'topics'> };
  manifest = { ...(await readManifest()), ...(oclif.topics && { topics: oclif.topics }) };
});
afterAll(() => removeFolder(home));

const offer = (...words: string[]): Promise<Offer> => complete(words, manifest, { platform: { ...hostPlatform(), env: {} }, home });
const values = async (...words: string[]): Promise<string[]> => ((await offer(...words)).candidates ?? []).map(({ value }) => value);

describe('commands', () => {
  test('first there are commands and topics, with what they are for, but no aliases', async () => {
    const candidates = (await offer('')).candidates ?? [];
    expect(candidates).toContainEqual({ value: 'up', description: 'Start the machine, making it first where there is none.' });
    expect(candidates).toContainEqual({ value: 'image', description: manifest.topics?.['image']?.description });
    expect(candidates.map(({ value }) => value)).toEqual(expect.arrayContaining(['config', 'completion', 'help']));
    expect(candidates.map(({ value }) => value)).not.toContain('start');
    expect(candidates.every(({ description = '' }) => /^\S.*\.$/.test(description))).toBe(true);
  });
  test('an alias is offered where nothing else begins like that, and understood', async () => {
    expect(await values('shellin')).toContain('shellinit');
    expect(await values('start', '--disc')).toContain('--discard-state');
    expect(await values('ca', 'remove', '')).toEqual(['root-1']);
  });
  test('those of a topic', async () => expect(await values('image', '')).toEqual(['import', 'ls', 'prune', 'rm', 'verify']));
  test('a topic that is a command has both', async () => {
    expect(await values('config', '')).toEqual(['get', 'set', 'unset']);
    expect(await values('config', '--')).toContain('--memory');
  });
  test('behind help too', async () => {
    expect(await values('help', '')).toContain('up');
    expect(await values('help', 'image', '')).toContain('prune');
  });
  test.each([[['nothing', '']], [['image', 'nothing', '']]])('%j has no candidates', async (words) => expect(await values(...words)).toEqual([]));
});

describe('flags', () => {
  test('the command\'s own first, with what they are for', async () => {
    const candidates = (await offer('down', '-')).candidates;
    expect(candidates?.map(({ value }) => value)).toEqual(['--json', '--machine', '-m', '--debug', '--help']);
    expect((await values('logs', '--'))[0]).toBe('--console');
  });
  test('a char only behind a single dash', async () => expect(await values('down', '--')).not.toContain('-m'));
  test('one that was given is not offered again, unless it may be', async () => {
    expect(await values('up', '--cpus', '2', '-m', 'dev', '--')).not.toEqual(expect.arrayContaining(['--cpus']));
    expect(await values('up', '-mdev', '--')).not.toContain('--machine');
    expect(await values('registry', 'add', '--mirror', 'https://x', '--')).toContain('--mirror');
  });
  test('nor one that another excludes', async () => {
    expect(await values('logs', '--engine', '--')).not.toContain('--console');
    expect(await values('upgrade', '--rollback', '--')).not.toContain('--iso');
    expect(await values('upgrade', '--iso', 'x', '--')).not.toContain('--rollback');
  });
  test('a negation', async () => {
    expect(await values('ca', 'add', 'x', '--')).toEqual(expect.arrayContaining(['--restart', '--no-restart']));
    expect(await values('ca', 'add', '--no-restart', '--')).not.toContain('--restart');
  });
  test('where nothing else is possible they come without a dash', async () => expect(await values('down', '')).toContain('--machine'));
  test('none behind --', async () => expect(await values('down', '--', '')).toEqual([]));
  test('none in the remote command of ssh', async () => {
    expect(await values('ssh', '-')).toContain('--user');
    for (const words of [['ls', '-'], ['--', 'ls', '-'], ['-m', 'dev', 'ls', '-'], ['--', '']]) expect(await offer('ssh', ...words)).toEqual({});
  });
});

describe('values', () => {
  test.each([[['up', '--driver', '']], [['up', '--cpus', '2', '--driver', 'q']]])('%j', async (words) => expect(await values(...words)).toEqual(['auto', 'virtualbox', 'qemu']));
  test('behind =', async () => expect(await values('up', '--host-access=')).toEqual(['--host-access=on', '--host-access=off']));
  test('of an alias of a flag', async () => expect(await offer('logs', '--lines', '')).toEqual({}));
  test('machines', async () => {
    for (const words of [['up', '-m', ''], ['up', '--machine', 'd'], ['ssh', '-m', '']]) expect(await values(...words)).toEqual(['default', 'dev']);
  });
  test('files and folders', async () => {
    for (const words of [['up', '--iso', ''], ['ca', 'add', ''], ['image', 'import', ''], ['config', 'set', 'iso', '']]) expect(await offer(...words)).toMatchObject({ paths: 'files' });
    expect(await offer('up', '--iso=')).toMatchObject({ paths: 'files' });
    expect(await offer('share', 'add', '')).toMatchObject({ paths: 'folders' });
  });
  test('cp takes files and machines, again and again', async () => {
    const wanted = { paths: 'files', open: true, candidates: [expect.objectContaining({ value: 'default:' }), expect.objectContaining({ value: 'dev:' })] };
    for (const words of [['cp', ''], ['cp', 'a', ''], ['scp', '--user', 'root', 'a', 'b', 'c']]) expect(await offer(...words)).toEqual(wanted);
  });
  test('settings', async () => {
    expect(await values('config', 'set', '')).toEqual(expect.arrayContaining(['memory', 'disk', 'qemu.accel', 'virtualbox.modifyvm']));
    expect(await values('config', 'set', 'qemu.firmware', '')).toEqual(['bios', 'uefi']);
    expect(await values('config', 'get', '')).toEqual(expect.arrayContaining(['proxy', 'ports.bind']));
    expect(await values('config', 'unset', '')).not.toContain('disk');
  });
  test('of a choice that oclif knows', async () => expect(await values('completion', '')).toEqual(['bash', 'zsh', 'fish', 'powershell', 'pwsh']));
  test('authorities and registries', async () => {
    expect(await values('ca', 'rm', '')).toEqual(['root-1']);
    expect(await values('registry', 'rm', '')).toEqual(['https://mirror.example', 'localhost:5000']);
  });
  test('images, of each of several words', async () => {
    for (const words of [['image', 'rm', ''], ['image', 'verify', 'abc', '']]) expect(await values(...words)).toEqual(['0123456789ab']);
  });
  test('shares and snapshots are those of the machine that is meant', async () => {
    expect(await values('share', 'rm', '')).toEqual([`/data/It's "$HOME" \`x\` ü`, '/data/plain']);
    expect(await values('snapshot', 'restore', '')).toEqual(['before & "after"', 'first']);
    expect(await values('snapshot', 'delete', '-m', 'dev', '')).not.toContain('first');
    expect(await values('snapshot', 'save', '')).toContain('--machine');
  });
});

describe('the tables', () => {
  const commands = () => Object.entries(manifest.commands);

  test('know every value of a flag, and no flag that is gone', () => {
    const flags = new Set(commands().flatMap(([, { flags = {} }]) => Object.entries(flags).flatMap(([name, { type, options }]) => (type === 'option' && options === undefined ? [name] : []))));
    // A new flag with a value: say in src/completion/sources.ts what its values are, or that nobody can guess them (`free`).
    expect(Object.keys(FLAGS).sort()).toEqual([...flags].sort());
  });
  test('know every argument, and none that is gone', () => {
    const names = commands().flatMap(([id, { args = {}, strict }]) => [
      ...Object.entries(args).flatMap(([name, { options }]) => (options === undefined ? [`${id} ${name}`] : [])), ...(strict === false && Object.keys(args).length === 0 ? [`${id} *`] : []),
    ]);
    expect(Object.keys(ARGUMENTS).sort()).toEqual(names.sort());
  });
  test('offer settings that can be set', async () => {
    const load = { platform: hostPlatform(), home, flags: {}, cwd: home };
    for (const key of await values('config', 'set', '')) expect(() => parseChange(key, key === 'cpus' ? '1' : '4g', load)).not.toThrow();
  });
});

test('what is damaged ends nothing but its own candidates', async () => {
  const file = path.join(home, 'machines', 'default', 'machine.json');
  const before = await fs.readFile(file, 'utf8');
  await fs.writeFile(file, before.slice(0, 50));
  await expect(offer('snapshot', 'restore', '')).rejects.toThrow('cannot be read');
  expect(await values('up', '-m', '')).toEqual(['default', 'dev']);
  await fs.writeFile(file, before);
});
