import fs from 'node:fs/promises';
import path from 'node:path';
import { writeConfigDrive, type ConfigDriveFiles } from '../../../src/machine/config-drive.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { ensureSshKeys } from '../../../src/ssh/ensure.ts';
import { ensureTls } from '../../../src/tls/ensure.ts';
import { freePort } from '../../support/sshd.ts';
import { run } from '../../support/tools.ts';
import type { Counter } from '../counter/counter.ts';
import { followStart, type Start } from './follow.ts';
import { Guest } from './qemu.ts';

/** The guest's own words: docs/guest-start.md. `containerd` is written when it is run, dockerd follows at once. */
export const ENGINE_LINE = /^b2d: [\d.]+ containerd$/;
export const FATAL_LINE = /^b2d: [\d.]+ error: .*no engine|Kernel panic/;

const DISK_SIZE = '16G';

/** The folder of a machine made without b2d: a blank disk, certificates, SSH keys and a config drive. */
export async function prepareImageGuest(folder: string): Promise<void> {
  const platform = hostPlatform();
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', path.join(folder, 'data.qcow2'), DISK_SIZE]);
  const { paths } = await ensureTls(platform, folder, { machineName: 'bench', now: new Date() });
  const ssh = await ensureSshKeys(platform, folder, { machineName: 'bench' });
  const text = (file: string): Promise<string> => fs.readFile(file, 'utf8');
  const files: ConfigDriveFiles = {
    'hostname': 'bench\n',
    'time': `${Math.floor(Date.now() / 1000)}\n`,
    'authorized_keys': await text(ssh.paths.userPublicKey),
    'ssh/host_ed25519': await text(ssh.paths.hostKey),
    'tls/ca.pem': await text(paths.ca),
    'tls/server.pem': await text(paths.serverCertificate),
    'tls/server-key.pem': await text(paths.serverKey),
  };
  await writeConfigDrive(platform, path.join(folder, 'config.iso'), files);
}

/** Starts the image under software emulation with the counting plugin, follows it until its engine answers, and shuts it down. */
export async function countImageStart(options: { qemu: string; iso: string; folder: string; plugin: string; counter: Counter; memoryMiB: number; timeoutMs: number }): Promise<Start> {
  const { qemu, folder, memoryMiB, counter, timeoutMs } = options;
  await fs.rm(counter.file, { force: true });
  const port = await freePort();
  const guest = await Guest.start({
    qemu, folder, memoryMiB, accelerator: 'tcg', ports: new Map([[2376, port]]),
    disk: path.join(folder, 'data.qcow2'), cds: [options.iso, path.join(folder, 'config.iso')],
    extraArguments: ['-plugin', counter.argument(options.plugin)],
  });
  try {
    const start = await followStart({
      counter, timeoutMs, consoleFile: guest.consoleFile, engineLine: ENGINE_LINE, fatalLine: FATAL_LINE,
      endpoint: async () => ({ host: '127.0.0.1', port, certPath: path.join(folder, 'docker') }),
      check: () => guest.check(),
    });
    if (!(await guest.shutdown(60_000))) process.stderr.write('The guest did not obey the power button within 60 s; its plug was pulled.\n');
    return start;
  } finally {
    await guest.powerOff();
  }
}
