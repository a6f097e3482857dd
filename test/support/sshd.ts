import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { plainFolder } from './temp.ts';
import { run, tool } from './tools.ts';

/** A private SSH server on 127.0.0.1 for this user, with its own configuration and keys. */
export interface TestSshd {
  port: number;
  user: string;
  /** What the server wrote to its log so far. */
  log(): string;
  close(): Promise<void>;
}

export interface SshdOptions {
  /** An OpenSSH private key file. */
  hostKeyFile: string;
  authorizedKey: string;
}

export type SshdKind = 'openssh' | 'dropbear';

/** The two servers a guest may run. */
export const sshdKinds: SshdKind[] = ['openssh', 'dropbear'];

export function startSshd(kind: SshdKind, options: SshdOptions): Promise<TestSshd> {
  return kind === 'openssh' ? startOpenSsh(options) : startDropbear(options);
}

async function startOpenSsh(options: SshdOptions): Promise<TestSshd> {
  const sshd = tool('sshd', 'openssh-server');
  if (process.getuid?.() === 0) await fs.mkdir('/run/sshd', { recursive: true, mode: 0o755 }); // sshd insists on it when root
  return startOnFreePort(/Server listening on 127\.0\.0\.1/, async (folder, port) => {
    await fs.writeFile(path.join(folder, 'authorized_keys'), `${options.authorizedKey}\n`);
    const hostKey = path.join(folder, 'host_key');
    await fs.copyFile(options.hostKeyFile, hostKey);
    await fs.chmod(hostKey, 0o600);
    const config = [
      `Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${hostKey}`, `AuthorizedKeysFile ${folder}/authorized_keys`, 'PidFile none', 'UsePAM no',
      'StrictModes no', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'PermitRootLogin prohibit-password', 'AllowAgentForwarding yes',
      'PrintMotd no', 'PrintLastLog no', 'Subsystem sftp internal-sftp',
    ];
    await fs.writeFile(path.join(folder, 'sshd_config'), `${config.join('\n')}\n`);
    return spawn(sshd, ['-D', '-e', '-f', path.join(folder, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  });
}

/**
 * Dropbear reads `~/.ssh/authorized_keys` only; nss_wrapper gives it a passwd file whose home is the test's folder, so
 * that the real one is left alone.
 */
async function startDropbear(options: SshdOptions): Promise<TestSshd> {
  const [dropbear, convert] = [tool('dropbear', 'dropbear-bin'), tool('dropbearconvert', 'dropbear-bin')];
  const wrapper = await nssWrapper();
  return startOnFreePort(/Not backgrounding/, async (folder, port) => {
    await fs.mkdir(path.join(folder, '.ssh'), { mode: 0o700 });
    await fs.writeFile(path.join(folder, '.ssh', 'authorized_keys'), `${options.authorizedKey}\n`, { mode: 0o600 });
    await run(convert, ['openssh', 'dropbear', options.hostKeyFile, path.join(folder, 'host_key')]);
    const { username, uid, gid } = os.userInfo();
    await fs.writeFile(path.join(folder, 'passwd'), `${username}:x:${uid}:${gid}::${folder}:/bin/sh\n`);
    await fs.writeFile(path.join(folder, 'group'), `${username}:x:${gid}:\n`);
    return spawn(dropbear, ['-F', '-E', '-s', '-p', `127.0.0.1:${port}`, '-P', path.join(folder, 'pid'), '-r', path.join(folder, 'host_key')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, LD_PRELOAD: wrapper, NSS_WRAPPER_PASSWD: path.join(folder, 'passwd'), NSS_WRAPPER_GROUP: path.join(folder, 'group') },
    });
  });
}

/** The library by which a program sees a passwd file of the test's. */
export async function nssWrapper(): Promise<string> {
  const folders = [`/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`, '/usr/lib64', '/usr/lib'];
  for (const folder of folders) {
    const file = path.join(folder, 'libnss_wrapper.so');
    if (await fs.access(file).then(() => true, () => false)) return file;
  }
  throw new Error('This test needs libnss_wrapper.so: install the package libnss-wrapper.');
}

/** Another program may take the port between finding it and binding it; then the next is tried. */
async function startOnFreePort(ready: RegExp, start: (folder: string, port: number) => Promise<ChildProcess>): Promise<TestSshd> {
  let log = '';
  for (let attempt = 0; attempt < 5; attempt++) {
    const folder = await plainFolder('sshd');
    const port = await freePort();
    const child = await start(folder, port);
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const close = async (): Promise<void> => {
      child.kill('SIGKILL');
      await ended;
      await fs.rm(folder, { recursive: true, force: true, maxRetries: 3 });
    };
    log = '';
    const listening = await new Promise<boolean>((resolve) => {
      child.once('error', () => resolve(false));
      void ended.then(() => resolve(false));
      child.stderr?.on('data', (data: Buffer) => {
        log += data.toString();
        if (ready.test(log)) resolve(true);
      });
    });
    if (listening) return { port, user: os.userInfo().username, log: () => log, close };
    await close();
  }
  throw new Error(`The SSH server did not start: ${log}`);
}

/** A way to a server that can freeze: from then on nothing passes and nothing closes, as with a machine that hangs. */
export async function startFreezer(target: number): Promise<{ port: number; freeze(): void; close(): Promise<void> }> {
  const sockets: net.Socket[] = [];
  const proxy = net.createServer((near) => {
    const far = net.connect(target, '127.0.0.1');
    sockets.push(near.on('error', () => undefined), far.on('error', () => undefined));
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    port: (proxy.address() as AddressInfo).port,
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
