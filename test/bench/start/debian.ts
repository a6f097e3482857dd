import { spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { ensureSshKeys } from '../../../src/ssh/ensure.ts';
import { ensureTls } from '../../../src/tls/ensure.ts';
import { run, tool } from '../../support/tools.ts';
import { NAME, type Recipe } from './recipe.ts';

/** A Debian virtual machine with docker.io, from the build cache. */
export interface DebianVm {
  folder: string;
  /** Debian package -> version, of what matters to a start. */
  versions: Map<string, string>;
}

/** Finds the virtual machine in the build cache or makes it, with its progress on stderr. @throws Error when it cannot be made. */
export async function debianVm(): Promise<DebianVm> {
  const script = path.join(import.meta.dirname, '..', 'debian', 'build.sh');
  const { status, stdout } = spawnSync('bash', [script], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  if (status !== 0) throw new Error('The Debian virtual machine to compare with could not be made; the lines above say why.');
  const folder = stdout.trim();
  const lines = (await fs.readFile(path.join(folder, 'versions'), 'utf8')).trim().split('\n');
  return { folder, versions: new Map(lines.map((line) => line.split(' ') as [string, string])) };
}

/** The virtual machine with an overlay on its disk and fresh keys on a small disk of their own. */
export function debianRecipe(vm: DebianVm): Recipe {
  return { engineLine: /bench: engine$/, fatalLine: /Kernel panic|emergency mode/, prepare: (folder) => prepare(vm, folder) };
}

async function prepare(vm: DebianVm, folder: string) {
  const platform = hostPlatform();
  const disk = path.join(folder, 'root.qcow2');
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', path.join(vm.folder, 'disk.raw'), disk]);

  const { paths: tls } = await ensureTls(platform, folder, { machineName: NAME, now: new Date() });
  const { paths: ssh } = await ensureSshKeys(platform, folder, { machineName: NAME });
  const keys = path.join(folder, 'keys');
  await fs.mkdir(keys, { mode: 0o755 });
  const copies = { 'ca.pem': tls.ca, 'server.pem': tls.serverCertificate, 'server-key.pem': tls.serverKey, 'authorized_keys': ssh.userPublicKey, 'host_ed25519': ssh.hostKey };
  for (const [name, file] of Object.entries(copies)) await fs.copyFile(file, path.join(keys, name));
  const extraDisk = path.join(folder, 'keys.ext4');
  await run(tool('mke2fs', 'e2fsprogs'), ['-q', '-t', 'ext4', '-L', 'bench-keys', '-d', keys, extraDisk, '4M']);

  const file = (name: string): string => path.join(vm.folder, name);
  const direct = { kernel: file('kernel'), initrd: file('initrd'), commandLine: 'root=/dev/vda ro quiet console=ttyS0,115200 console=tty0' };
  return { disk, extraDisk, direct };
}
