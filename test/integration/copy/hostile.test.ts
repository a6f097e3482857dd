import fs from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import ssh2 from 'ssh2';
import { copy, type CopyResult } from '../../../src/copy/copy.ts';
import { guestFiles } from '../../../src/copy/guest-files.ts';
import { hostFiles } from '../../../src/copy/host-files.ts';
import { hostPlatform, type Platform } from '../../../src/platform/platform.ts';
import { connect, type Connection } from '../../../src/ssh/connect.ts';
import { newKeyPair } from '../../../src/ssh/key-pair.ts';
import { openSftp } from '../../../src/ssh/sftp.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

type Node = { kind: 'folder'; names: Array<[name: string, node: Node]> } | { kind: 'file'; content: string; size?: number } | { kind: 'link'; target: string };

const file = (content = 'stolen'): Node => ({ kind: 'file', content });
const link = (target: string): Node => ({ kind: 'link', target });
const folder = (...names: Array<[string, Node]>): Node => ({ kind: 'folder', names });
const endless: Node = { kind: 'folder', names: [] };
endless.names.push(['a'.repeat(200), endless]);

const MODE = { folder: 0o040777, file: 0o104777, link: 0o120777 };
const attrs = (node: Node) => ({ mode: MODE[node.kind], uid: 0, gid: 0, size: node.kind === 'file' ? (node.size ?? node.content.length) : 0, atime: 1e9, mtime: 1e9 });

/** Speaks SFTP and answers for `/loot` with whatever it is told, names that no file system has included. */
class HostileGuest {
  readonly server: ssh2.Server;
  private readonly host = newKeyPair('host');
  private readonly user = newKeyPair('user');
  private connection: Connection | undefined;

  constructor(root: Node) {
    this.server = new ssh2.Server({ hostKeys: [this.host.privateKey] }, (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (context) => context.accept());
      client.on('session', (accept) => accept().on('sftp', (acceptSftp) => serve(acceptSftp(), root)));
    });
  }

  async open(): Promise<Connection> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as AddressInfo;
    this.connection = await connect({ port, privateKey: this.user.privateKey, hostKey: this.host.publicKey, timeoutMs: 60_000 });
    return this.connection;
  }

  async close(): Promise<void> {
    this.connection?.client.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

function serve(sftp: any, root: Node): void {
  const { STATUS_CODE } = ssh2.utils.sftp;
  const handles: Array<{ node: Node; listed: boolean }> = [];
  /** The last entry of that name: the first may be a link, the second a folder. */
  const find = (asked: string): Node | undefined => {
    let node: Node | undefined = root;
    for (const name of asked.split('/').slice(2)) node = node?.kind === 'folder' ? node.names.findLast(([entry]) => entry === name)?.[1] : undefined;
    return node;
  };
  const look = (id: number, asked: string): void => {
    const node = find(asked);
    if (node === undefined) sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
    else sftp.attrs(id, attrs(node));
  };
  const opened = (id: number, asked: string): void => {
    const node = find(asked);
    if (node === undefined) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(handles.push({ node, listed: false }) - 1);
    sftp.handle(id, handle);
  };
  const of = (handle: Buffer) => handles[handle.readUInt32BE()] as { node: Node; listed: boolean };
  sftp.on('STAT', look).on('LSTAT', look).on('OPENDIR', opened).on('OPEN', opened);
  sftp.on('REALPATH', (id: number, asked: string) => sftp.name(id, [{ filename: asked, longname: '', attrs: {} }]));
  sftp.on('CLOSE', (id: number) => sftp.status(id, STATUS_CODE.OK));
  sftp.on('READLINK', (id: number, asked: string) => {
    const within = find(path.posix.dirname(asked));
    const node = within?.kind === 'folder' ? within.names.find(([entry]) => entry === path.posix.basename(asked))?.[1] : undefined;
    if (node?.kind === 'link') sftp.name(id, [{ filename: node.target, longname: '', attrs: {} }]);
    else sftp.status(id, STATUS_CODE.FAILURE);
  });
  sftp.on('READDIR', (id: number, handle: Buffer) => {
    const open = of(handle);
    if (open.listed || open.node.kind !== 'folder') return sftp.status(id, STATUS_CODE.EOF);
    open.listed = true;
    sftp.name(id, open.node.names.map(([filename, node]) => ({ filename, longname: filename, attrs: attrs(node) })));
  });
  sftp.on('READ', (id: number, handle: Buffer, offset: number, length: number) => {
    const { node } = of(handle);
    const bytes = node.kind === 'file' ? Buffer.from(node.content).subarray(offset, offset + length) : Buffer.alloc(0);
    if (bytes.length === 0) sftp.status(id, STATUS_CODE.EOF);
    else sftp.data(id, bytes);
  });
}

let base: string;
let guest: HostileGuest;
beforeEach(async () => {
  base = await awkwardFolder('hostile');
  await fs.mkdir(path.join(base, 'target'));
  await fs.writeFile(path.join(base, 'precious'), 'precious');
});
afterEach(async () => {
  await guest?.close();
  await removeFolder(base);
});

async function fetch(root: Node, platform: Platform = hostPlatform()): Promise<CopyResult> {
  guest = new HostileGuest(root);
  const connection = await guest.open();
  const from = guestFiles(await openSftp(connection), connection);
  return copy({ from, to: hostFiles(platform, base), sources: ['/loot'], destination: path.join(base, 'target'), signal: new AbortController().signal, onProgress: () => undefined });
}

/** Everything in the test's folder, links as they are. */
async function tree(): Promise<string[]> {
  const entries = await fs.readdir(base, { recursive: true, withFileTypes: true });
  return Promise.all(entries.map(async (entry) => {
    const whole = path.join(entry.parentPath, entry.name);
    return path.relative(base, whole) + (entry.isSymbolicLink() ? ` -> ${await fs.readlink(whole)}` : '');
  })).then((names) => names.sort());
}

describe('a machine that is not to be trusted', () => {
  test.each(['../precious', '../../escaped', '/tmp/escaped', 'sub/../../precious', '', '/'])('a listed name %j ends it before anything is written', async (name) => {
    await expect(fetch(folder(['fine', file()], [name, file()]))).rejects.toMatchObject({ exit: 'security', message: expect.stringContaining(JSON.stringify(name)) });
    expect(await tree()).toEqual(['precious', 'target']);
    expect(await fs.readFile(path.join(base, 'precious'), 'utf8')).toBe('precious');
  });

  test('"." and ".." among the entries are passed over', async () => {
    expect(await fetch(folder(['.', folder()], ['..', folder(['precious', file()])], ['fine', file()]))).toMatchObject({ files: 1, refused: [] });
    expect(await tree()).toEqual(['precious', 'target', 'target/loot', 'target/loot/fine']);
  });

  test('links that lead out are left out, however they are written', async () => {
    const targets = ['/', '..', '../../precious', '/etc/passwd', 'sub/../../..', './../..', 'C:\\', '..\\..', ''];
    const result = await fetch(folder(...targets.map((target, index) => [`l${index}`, link(target)] as [string, Node]), ['good', link('sub/f')], ['sub', folder(['f', file()], ['up', link('../good')], ['out', link('../../../precious')])]));
    expect(result.refused).toHaveLength(targets.length + 1);
    expect(await tree()).toEqual(['precious', 'target', 'target/loot', 'target/loot/good -> sub/f', 'target/loot/sub', 'target/loot/sub/f', 'target/loot/sub/up -> ../good']);
  });

  test('a name that is first a link and then a folder, or a file, is written to no other place', async () => {
    const result = await fetch(folder(['x', link('sub')], ['x', folder(['precious', file()])], ['sub', folder()], ['y', link('sub')], ['y', file()]));
    expect(result.refused.map(({ reason }) => reason)).toEqual([expect.stringContaining('the same name'), expect.stringContaining('the same name')]);
    const after = await tree();
    expect(after.filter((entry) => !/loot\/[xy]/.test(entry))).toEqual(['precious', 'target', 'target/loot', 'target/loot/sub']);
    expect(await fs.readFile(path.join(base, 'precious'), 'utf8')).toBe('precious');
  });

  test('a folder within itself has an end', async () => {
    await expect(fetch(endless)).rejects.toMatchObject({ exit: 'security', message: expect.stringContaining('no end') });
    expect(await tree()).toEqual(['precious', 'target']);
  });

  test('set-user-ID and other odd bits do not arrive, and a false size does no harm', async () => {
    expect(await fetch(folder(['f', { kind: 'file', content: 'short', size: 10_000_000 }]))).toMatchObject({ files: 1, bytes: 5 });
    expect((await fs.stat(path.join(base, 'target', 'loot', 'f'))).mode & 0o7777).toBe(0o777);
  });

  test('names that Windows cannot have are named, and the rest is copied', async () => {
    const windows: Platform = { ...hostPlatform(), os: 'win32' }; // its rules, on this computer's disk
    const result = await fetch(folder(['a:b', file()], ['nul.txt', file()], ['..\\..\\precious', file()], ['fine', file()], ['end.', file()], ['Fine', file()]), windows);
    expect(result.files).toBe(1);
    expect(result.refused.map(({ reason }) => reason)).toEqual(expect.arrayContaining([expect.stringContaining('":"'), expect.stringContaining('device'), expect.stringContaining('"\\"'), expect.stringContaining('point or blank'), expect.stringContaining('same name')]));
    expect((await tree()).filter((entry) => entry.startsWith('target/loot/'))).toHaveLength(1);
    expect(await fs.readFile(path.join(base, 'precious'), 'utf8')).toBe('precious');
  });
});

test('a machine that is gone in the midst is told as that, and leaves no half file', async () => {
  guest = new HostileGuest(folder(['f', file('x'.repeat(500_000))]));
  const connection = await guest.open();
  const from = guestFiles(await openSftp(connection), connection);
  const onProgress = (done: number): void => void (done > 100_000 && connection.client.destroy());
  await expect(copy({ from, to: hostFiles(hostPlatform(), base), sources: ['/loot'], destination: path.join(base, 'target'), signal: new AbortController().signal, onProgress })).rejects.toMatchObject({ exit: 'notReady' });
  expect(await tree()).toEqual(['precious', 'target', 'target/loot']);
});
