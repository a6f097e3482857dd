import crypto from 'node:crypto';
import fs from 'node:fs/promises';
import net from 'node:net';
import { B2dError } from '../../errors.ts';
import { makePrivateDirectory, writeAtomic, writePrivate } from '../../platform/files.ts';
import type { Platform } from '../../platform/platform.ts';
import { PSK_IDENTITY, readEndpoint, type Endpoint } from './connection.ts';
import type { QemuFiles } from './layout.ts';

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, the closing zero included. */
const SOCKET_PATH_BYTES = 103;

/**
 * Decides where the control socket of the next start is and records it, before QEMU is started: a b2d that is cut off
 * right after leaves a QEMU that the next one finds. What is recorded stays the same from start to start while it is usable.
 * @param fresh ignore what is recorded (its port was taken).
 */
export async function prepareEndpoint(platform: Platform, files: QemuFiles, uuid: string, transport: Endpoint['kind'], fresh = false): Promise<Endpoint> {
  if (transport === 'tls') return prepareTls(platform, files, fresh);
  const folderSocket = platform.path.join(files.folder, 'qmp.sock');
  const recorded = await readEndpoint(files.endpoint);
  if (recorded?.kind === 'unix' && recorded.path !== folderSocket && recorded.path.includes(uuid) && (await socketWorks(recorded.path))) return recorded;
  if (await socketWorks(folderSocket)) {
    await writeAtomic(files.endpoint, JSON.stringify({ kind: 'unix', path: 'qmp.sock' }));
    return { kind: 'unix', path: folderSocket };
  }
  const path = platform.path.join(await runtimeFolder(platform, uuid), `${uuid}.sock`);
  await writeAtomic(files.endpoint, JSON.stringify({ kind: 'unix', path }));
  return { kind: 'unix', path };
}

/** Whether a socket can be made beside that path: it is short enough and the file system knows sockets (some network drives do not). */
async function socketWorks(socket: string): Promise<boolean> {
  if (!fits(socket)) return false;
  const trial = `${socket}.${process.pid}`;
  await fs.rm(trial, { force: true });
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(trial, () => server.close(() => resolve(true)));
  });
}

/** With room for the process number of the trial. */
function fits(socket: string): boolean {
  return Buffer.byteLength(socket) + '.4194304'.length <= SOCKET_PATH_BYTES;
}

/**
 * A short private folder for sockets, for machines whose own folder has too long a path. The machine's folder is preferred
 * because XDG_RUNTIME_DIR is emptied at logout while QEMU may run on.
 */
async function runtimeFolder(platform: Platform, uuid: string): Promise<string> {
  const { path, env, tmpDir } = platform;
  const user = process.getuid?.() ?? platform.userName;
  const choices = [...(env['XDG_RUNTIME_DIR'] ? [path.join(env['XDG_RUNTIME_DIR'], 'b2d')] : []), path.join(tmpDir, `b2d-${user}`)];
  if (platform.os === 'darwin') choices.push(`/tmp/b2d-${user}`); // TMPDIR is a long path there
  const reasons: string[] = [];
  for (const folder of choices) {
    if (!fits(path.join(folder, `${uuid}.sock`))) reasons.push(`${folder}: the path is too long`);
    else if (!(await makePrivateDirectory(platform, folder).then(() => true, () => false))) reasons.push(`${folder}: it cannot be made`);
    else if (!(await isPrivate(folder))) reasons.push(`${folder}: it belongs to another user or others can enter it`);
    else return folder;
  }
  throw new B2dError("There is no private folder with a short path for QEMU's control socket.", {
    exit: 'storage', reason: reasons.join('. '), remedy: 'Set XDG_RUNTIME_DIR to a folder of yours with mode 0700.',
  });
}

/** A real folder (no link), ours, closed to everybody else: another user may have made it first in a shared /tmp. */
async function isPrivate(folder: string): Promise<boolean> {
  const status = await fs.lstat(folder);
  return status.isDirectory() && status.uid === process.getuid?.() && (status.mode & 0o077) === 0;
}

async function prepareTls(platform: Platform, files: QemuFiles, fresh: boolean): Promise<Endpoint> {
  const { path } = platform;
  const keyFile = path.join(files.credentials, 'keys.psk');
  await makePrivateDirectory(platform, files.credentials);
  if (!(await fs.access(keyFile).then(() => true, () => false))) {
    await writePrivate(platform, keyFile, `${PSK_IDENTITY}:${crypto.randomBytes(32).toString('hex')}\n`);
  }
  const parameters = path.join(files.credentials, 'dh-params.pem'); // without it, older QEMU computes its own for seconds at each start
  await writeAtomic(parameters, diffieHellmanPem());
  const recorded = fresh ? undefined : await readEndpoint(files.endpoint);
  if (recorded?.kind === 'tls') return recorded;
  const port = await freePort();
  await writeAtomic(files.endpoint, JSON.stringify({ kind: 'tls', port }));
  return { kind: 'tls', port, keyFile };
}

/** The 2048-bit group of RFC 3526 as "DH PARAMETERS" (PKCS #3: a DER sequence of prime and generator). */
function diffieHellmanPem(): string {
  const prime = crypto.getDiffieHellman('modp14').getPrime();
  const integer = Buffer.concat([Buffer.from([0x02, 0x82, 0x01, 0x01, 0x00]), prime]);
  const der = Buffer.concat([Buffer.from([0x30, 0x82, 0x01, 0x08]), integer, Buffer.from([0x02, 0x01, 0x02])]);
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN DH PARAMETERS-----', ...lines, '-----END DH PARAMETERS-----', ''].join('\n');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
