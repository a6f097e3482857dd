import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { changeRegistryFile } from '../../../src/config/registry-file.ts';
import { daemonMembers, daemonSettings, type DaemonSettings } from '../../../src/machine/daemon-settings.ts';
import type { Workspace } from '../../../src/machine/workspace.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

let folder: string;
beforeEach(async () => { folder = await awkwardFolder(); });
afterEach(() => removeFolder(folder));

const rootfs = path.resolve('iso/rootfs/etc/b2d');

/** What the guest's own script makes of the members: its daemon.json. */
async function inGuest(settings: DaemonSettings): Promise<Record<string, unknown>> {
  for (const [member, content] of Object.entries(daemonMembers(settings))) {
    const file = path.join(folder, 'config', member);
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, content);
  }
  await fs.mkdir(path.join(folder, 'run'), { recursive: true });
  const file = path.join(folder, 'docker', 'daemon.json');
  const script = `. "$1/settings.sh"; RUN=$2/run CONFIG=$2/config IMAGE_DAEMON=$1/daemon; write_daemon_json "$3"`;
  execFileSync('sh', ['-euc', script, 'sh', rootfs, folder, file]);
  expect((await fs.stat(file)).mode & 0o777).toBe(0o600); // an address of a proxy may hold a password
  return JSON.parse(await fs.readFile(file, 'utf8')) as Record<string, unknown>;
}

describe('daemon.json in the guest', () => {
  const image = {
    'storage-driver': 'overlay2', features: { 'containerd-snapshotter': false }, 'exec-opts': ['native.cgroupdriver=cgroupfs'], 'host-gateway-ips': ['10.0.2.2'], dns: ['10.0.2.53'],
    'log-driver': 'json-file', 'log-opts': { 'max-size': '10m', 'max-file': '3' },
  };

  test('is the image\'s where nothing is set', async () => expect(await inGuest({})).toEqual(image));

  test('has what is set, over the image\'s', async () => {
    const set = { 'registry-mirrors': ['https://mirror.example'], debug: true, 'log-opts': { 'max-size': '1m' }, mtu: 1400, labels: ['a="b" \\ c', 'grün\n'] };
    expect(await inGuest(set)).toEqual({ ...image, ...set });
  });

  test('merges features with the image\'s, and a later call forgets an earlier one\'s', async () => {
    expect(await inGuest({ features: { cdi: true } })).toEqual({ ...image, features: { 'containerd-snapshotter': false, cdi: true } });
    await fs.rm(path.join(folder, 'config'), { recursive: true });
    expect(await inGuest({ features: { 'containerd-snapshotter': true } })).toEqual({ ...image, features: { 'containerd-snapshotter': true } });
  });

  test('gives another log driver none of the image\'s options', async () => {
    expect(await inGuest({ 'log-driver': 'syslog' })).toEqual({ ...image, 'log-driver': 'syslog', 'log-opts': {} });
    expect(await inGuest({ 'log-driver': 'syslog', 'log-opts': { tag: 'x' } })).toMatchObject({ 'log-opts': { tag: 'x' } });
  });

  test('a key may be a table on one side only', async () => {
    expect(await inGuest({ features: {}, 'exec-opts': { odd: 1 } })).toEqual({ ...image, 'exec-opts': { odd: 1 } });
  });
});

test('registries of the settings and of the commands are one list, without repeats; the user\'s own keys come last', async () => {
  const platform = hostPlatform();
  const engine = { registries: { mirrors: ['https://a.example'], insecure: ['b:5000'] }, settings: { mtu: 1400 } };
  const workspace = { platform, home: folder, engine } as unknown as Workspace;
  await changeRegistryFile(platform, folder, () => ({ mirrors: ['https://c.example', 'https://a.example'], insecure: [] }));
  expect(await daemonSettings(workspace)).toEqual({ 'registry-mirrors': ['https://a.example', 'https://c.example'], 'insecure-registries': ['b:5000'], mtu: 1400 });
});
