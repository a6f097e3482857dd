import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { addAuthorities } from '../../../src/ca/store.ts';
import { changeRegistryFile } from '../../../src/config/registry-file.ts';
import { makeAuthority } from '../../../src/tls/profiles.ts';
import { FakeWorld } from '../../support/fake-world.ts';

let world: FakeWorld;
beforeEach(async () => { world = await FakeWorld.create(); });
afterEach(() => world.dispose());

const member = (name: string): string => execFileSync('tar', ['-xOf', world.paths.configDrive, name], { encoding: 'utf8' });
const members = (): string[] => execFileSync('tar', ['-tf', world.paths.configDrive], { encoding: 'utf8' }).split('\n').filter((name) => /^(daemon|ca-cert|environment)/.test(name));

/** The workspace in a shell with these proxy variables alone. */
function inShell(env: NodeJS.ProcessEnv): void {
  const others = Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name));
  world.workspace.platform = { ...world.workspace.platform, env: { ...Object.fromEntries(others), ...env } };
}

test('a start hands over the settings of now', async () => {
  const { workspace } = world;
  inShell({ HTTPS_PROXY: 'http://me:secret@localhost:3128' });
  const file = path.join(world.folder, 'root.pem');
  await fs.writeFile(file, makeAuthority('x', new Date()).certificate);
  await addAuthorities(workspace, file);
  await changeRegistryFile(workspace.platform, workspace.home, () => ({ mirrors: ['https://m.example'], insecure: [] }));
  workspace.engine = { registries: { mirrors: [], insecure: ['a:1'] }, settings: { 'log-driver': 'local' } };
  await world.up();
  expect(members()).toEqual(['ca-certificates/root.pem', 'daemon/insecure-registries', 'daemon/log-driver', 'daemon/log-opts', 'daemon/registry-mirrors', 'environment']);
  expect(member('ca-certificates/root.pem')).toMatch(/^-----BEGIN CERTIFICATE-----/);
  expect(JSON.parse(member('daemon/registry-mirrors'))).toEqual(['https://m.example']);
  expect(member('environment')).toContain('HTTPS_PROXY=http://me:secret@10.0.2.2:3128\n');
  expect((await fs.stat(world.paths.configDrive)).mode & 0o777).toBe(0o600);
});

test('the setting "proxy" counts instead of the variables, and an empty one means none', async () => {
  inShell({ HTTPS_PROXY: 'http://p.example:3128' });
  world.workspace.network = { proxy: 'http://127.0.0.1:8080' };
  await world.up();
  expect(member('environment')).toContain('HTTPS_PROXY=http://10.0.2.2:8080\n');
  await world.driver.off();
  world.workspace.network = { proxy: '' };
  await world.up();
  expect(member('environment')).toBe('');
});

test('the next start has no trace of what was taken back', async () => {
  inShell({ HTTPS_PROXY: 'http://me:secret@localhost:3128' });
  world.workspace.engine = { registries: { mirrors: [], insecure: ['a:1'] }, settings: {} };
  await world.up();
  await world.driver.off();
  inShell({});
  world.workspace.engine = { registries: { mirrors: [], insecure: [] }, settings: {} };
  await world.up();
  expect(members()).toEqual(['environment']);
  expect(member('environment')).toBe('');
});

test('a proxy and a CA that cannot be used are told, and keep no machine from starting', async () => {
  inShell({ HTTPS_PROXY: 'ftp://me:secret@p.example' });
  await fs.mkdir(path.join(world.workspace.home, 'ca'), { recursive: true });
  await fs.writeFile(path.join(world.workspace.home, 'ca', 'bad.pem'), 'x');
  await world.up();
  expect(members()).toEqual(['environment']);
  expect(world.notes).toEqual(expect.arrayContaining([expect.stringContaining('bad.pem'), expect.stringContaining('HTTPS_PROXY')]));
  expect(world.notes.join()).not.toContain('secret');
});
