import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { deleteMachine } from '../../../src/machine/delete.ts';
import { openMachine } from '../../../src/machine/machine.ts';
import { writeRecord } from '../../../src/machine/record.ts';
import { installSshConfig, refreshSshConfig, removeSshConfig, sshConfigFile } from '../../../src/machine/ssh-config.ts';
import type { RunResult } from '../../../src/platform/platform.ts';
import { ensureSshKeys } from '../../../src/ssh/ensure.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { nssWrapper, startSshd, type TestSshd } from '../../support/sshd.ts';
import { tool } from '../../support/tools.ts';

const ssh = tool('ssh', 'openssh-client');
let world: FakeWorld;
let server: TestSshd;
let environment: NodeJS.ProcessEnv;

/** A user with an awkward home folder, which ssh takes from the passwd file, and a machine whose sshd is OpenSSH's. */
beforeAll(async () => {
  world = await FakeWorld.create();
  await world.initWithRarePorts();
  const { workspace, paths } = world;
  const keys = await ensureSshKeys(workspace.platform, paths.directory, { machineName: 'default' });
  server = await startSshd('openssh', { hostKeyFile: keys.paths.hostKey, authorizedKey: keys.userPublicKey });
  await writeRecord(paths.record, { ...(await world.record()), ports: { docker: 2376, ssh: server.port } });
  const homeDir = path.join(path.dirname(world.folder), "Jörg's home"); // ssh itself cannot have a home folder with a percent sign
  workspace.platform = { ...workspace.platform, homeDir };
  const passwd = path.join(world.folder, 'passwd');
  await fs.mkdir(path.join(homeDir, '.ssh'), { recursive: true });
  await fs.writeFile(passwd, `user:x:${process.getuid?.()}:${process.getgid?.()}::${homeDir}:/bin/sh\n`);
  environment = { PATH: process.env['PATH'], LD_PRELOAD: await nssWrapper(), NSS_WRAPPER_PASSWD: passwd, NSS_WRAPPER_GROUP: '/etc/group' };
});
afterAll(async () => {
  await server?.close();
  await world?.dispose();
});

const config = () => path.join(world.workspace.platform.homeDir, '.ssh', 'config');
const run = (...args: string[]): Promise<RunResult> => world.workspace.platform.run(ssh, args, { env: environment });
/** What ssh makes of a host: option -> values. */
async function effective(host: string): Promise<Record<string, string[]>> {
  const { code, stdout, stderr } = await run('-T', '-G', host);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const options: Record<string, string[]> = {};
  for (const [, name = '', value = ''] of stdout.matchAll(/^(\S+) (.*)$/gm)) (options[name] ??= []).push(value);
  return options;
}

beforeEach(() => fs.rm(config(), { force: true }));

test('installed, ssh reads every value, whatever the user\'s own settings are', async () => {
  await fs.writeFile(config(), 'Host *\n  User somebody\n  Port 7\n  ProxyJump bastion.example\n  IdentityFile ~/.ssh/mine\n  StrictHostKeyChecking no\n  PreferredAuthentications password\n');
  expect(await installSshConfig(world.workspace)).toBe(true);
  const options = await effective('b2d');
  const folder = path.join(world.paths.directory, 'ssh').replaceAll('%', '%%');
  expect(options).toMatchObject({
    hostname: ['127.0.0.1'], port: [String(server.port)], user: ['docker'], identitiesonly: ['yes'], stricthostkeychecking: ['true'], hostkeyalias: ['b2d-default'], preferredauthentications: ['publickey'],
  });
  expect(options['identityfile']?.[0]?.replaceAll('%%', '%')).toBe(path.join(world.paths.directory, 'ssh', 'id_ed25519'));
  expect(options['userknownhostsfile']?.[0]?.replaceAll('%', '%%').replaceAll('%%%%', '%%')).toBe(`${folder}/known_hosts`);
  expect(options).not.toHaveProperty('proxyjump');
  expect((await effective('elsewhere.example'))['user']).toEqual(['somebody']);
  await removeSshConfig(world.workspace);
});

test('the system\'s ssh logs in by the host\'s name alone, and pins the key', async () => {
  await installSshConfig(world.workspace);
  const login = ['-o', `User=${server.user}`, '-o', 'BatchMode=yes', 'b2d', 'echo in'];
  expect(await run(...login)).toMatchObject({ code: 0, stdout: 'in\n', stderr: '' });
  const known = path.join(world.paths.directory, 'ssh', 'known_hosts');
  const line = await fs.readFile(known, 'utf8');
  await fs.writeFile(known, line.replace(/AAAA.*/, (await fs.readFile(path.join(world.paths.directory, 'ssh', 'id_ed25519.pub'), 'utf8')).split(' ')[1] as string));
  expect(await run(...login)).toMatchObject({ code: 255, stderr: expect.stringMatching(/host key|IDENTIFICATION/i) });
  await fs.writeFile(known, line);
  await removeSshConfig(world.workspace);
});

describe('the installed file', () => {
  test('follows the machine\'s port, and loses a machine that is deleted; without an installation there is none', async () => {
    await refreshSshConfig(world.workspace);
    await expect(fs.access(sshConfigFile(world.workspace))).rejects.toThrow();
    await installSshConfig(world.workspace);
    const record = await world.record();
    await writeRecord(world.paths.record, { ...record, ports: { ...record.ports, ssh: 5 } });
    await refreshSshConfig(world.workspace);
    expect((await effective('b2d'))['port']).toEqual(['5']);
    await writeRecord(world.paths.record, record);
    const saved = await fs.readFile(world.paths.record);
    await deleteMachine(world.workspace, await openMachine(world.workspace, 'default'));
    expect((await effective('b2d'))['hostname']).toEqual(['b2d']);
    expect(world.notes).toEqual([]);
    await fs.mkdir(world.paths.directory, { recursive: true });
    await fs.writeFile(world.paths.record, saved);
    await removeSshConfig(world.workspace);
  });

  test('is readable by this user alone, as ssh demands of it', async () => {
    await installSshConfig(world.workspace);
    expect((await fs.stat(sshConfigFile(world.workspace))).mode & 0o777).toBe(0o600);
    expect(await removeSshConfig(world.workspace)).toBe('removed');
    await expect(fs.access(sshConfigFile(world.workspace))).rejects.toThrow();
    await expect(fs.access(config())).rejects.toThrow();
  });
});
