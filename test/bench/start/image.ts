import fs from 'node:fs/promises';
import path from 'node:path';
import { writeConfigDrive, type ConfigDriveFiles } from '../../../src/machine/config-drive.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { ensureSshKeys } from '../../../src/ssh/ensure.ts';
import { ensureTls } from '../../../src/tls/ensure.ts';
import { run } from '../../support/tools.ts';
import { NAME, type Recipe } from './recipe.ts';

/** The guest's own words: docs/guest-start.md. It writes `containerd` when it runs it; dockerd follows at once. */
export const IMAGE_LINES = { engineLine: /^b2d: [\d.]+ containerd$/, fatalLine: /^b2d: [\d.]+ error: .*no engine|Kernel panic/ };

const DISK_SIZE = '16G';

/** What is booted: an image, or a kernel and an initramfs that are in none yet. */
export type Booted = { iso: string } | { kernel: string; initrd: string };

/** The image's loader gives the kernel this and more; it is enough to see every message. */
const COMMAND_LINE = 'console=tty0 console=ttyS0,115200 loglevel=4';

/** b2d's guest with a blank data disk and a config drive, without b2d around it. */
export function imageRecipe(booted: Booted): Recipe {
  return { ...IMAGE_LINES, prepare: (folder) => prepare(booted, folder) };
}

async function prepare(booted: Booted, folder: string) {
  const platform = hostPlatform();
  const disk = path.join(folder, 'data.qcow2');
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', disk, DISK_SIZE]);
  const { paths: tls } = await ensureTls(platform, folder, { machineName: NAME, now: new Date() });
  const { paths: ssh } = await ensureSshKeys(platform, folder, { machineName: NAME });
  const text = (file: string): Promise<string> => fs.readFile(file, 'utf8');
  const files: ConfigDriveFiles = {
    'hostname': `${NAME}\n`,
    'time': `${Math.floor(Date.now() / 1000)}\n`,
    'authorized_keys': await text(ssh.userPublicKey),
    'ssh/host_ed25519': await text(ssh.hostKey),
    'tls/ca.pem': await text(tls.ca),
    'tls/server.pem': await text(tls.serverCertificate),
    'tls/server-key.pem': await text(tls.serverKey),
  };
  const configDrive = path.join(folder, 'config.iso');
  await writeConfigDrive(platform, configDrive, files);
  if ('iso' in booted) return { disk, cds: [booted.iso, configDrive] };
  return { disk, cds: [configDrive], direct: { ...booted, commandLine: COMMAND_LINE } };
}
