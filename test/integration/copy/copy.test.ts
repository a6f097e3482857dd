import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { copy, type CopyRequest, type CopyResult } from '../../../src/copy/copy.ts';
import type { Files } from '../../../src/copy/files.ts';
import { guestFiles } from '../../../src/copy/guest-files.ts';
import { hostFiles } from '../../../src/copy/host-files.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { openSftp } from '../../../src/ssh/sftp.ts';
import { sshdKinds } from '../../support/sshd.ts';
import { startGuest, type TestGuest } from '../../support/sshd-client.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

/** Both sides are folders of this computer; one is reached by a real SSH server and OpenSSH's sftp-server. */
describe.each(sshdKinds)('through %s', (kind) => {
  let server: TestGuest;
  let folder: string;
  let host: Files;
  let guest: Files;

  beforeAll(async () => { server = await startGuest(kind); });
  afterAll(() => server?.close());
  beforeEach(async () => {
    folder = await awkwardFolder('copy');
    await fs.mkdir(at('from'));
    await fs.mkdir(at('to'));
    const connection = await server.connect();
    host = hostFiles(hostPlatform(), folder);
    guest = guestFiles(await openSftp(connection), connection);
  });
  afterEach(() => removeFolder(folder));

  const at = (...parts: string[]): string => path.join(folder, ...parts);
  const request = (overrides: Partial<CopyRequest>): CopyRequest => ({ from: guest, to: host, sources: [at('from')], destination: at('to'), signal: new AbortController().signal, onProgress: () => undefined, ...overrides });
  const directions: Array<[string, () => Pick<CopyRequest, 'from' | 'to'>]> = [['from the machine', () => ({ from: guest, to: host })], ['to the machine', () => ({ from: host, to: guest })]];

  describe.each(directions)('%s', (_, sides) => {
    const run = (overrides: Partial<CopyRequest> = {}): Promise<CopyResult> => copy(request({ ...sides(), ...overrides }));

    test('a tree arrives with content, mode, time and links', async () => {
      const big = randomBytes(3_000_001);
      await fs.mkdir(at('from', 'sub dir', 'Jörg \' "%', 'deep'), { recursive: true });
      await fs.writeFile(at('from', 'big'), big);
      await fs.writeFile(at('from', 'empty'), '');
      await fs.writeFile(at('from', 'sub dir', 'script'), '#!/bin/sh\n', { mode: 0o755 });
      await fs.writeFile(at('from', 'sub dir', 'Jörg \' "%', 'secret'), 's', { mode: 0o600 });
      await fs.symlink('sub dir/script', at('from', 'inside'));
      await fs.symlink('../../big', at('from', 'sub dir', 'Jörg \' "%', 'up'));
      await fs.symlink('nowhere', at('from', 'dangling'));
      for (const [file, seconds] of [['big', 1_000_000_000], ['sub dir/script', 1_500_000_000], ['sub dir', 1_200_000_000]] as const) await fs.utimes(at('from', file), seconds, seconds);
      await fs.chmod(at('from', 'sub dir'), 0o555);

      expect(await run()).toEqual({ files: 4, folders: 4, links: 3, bytes: 3_000_001 + 10 + 1, refused: [] });
      const to = (...parts: string[]): string => at('to', 'from', ...parts);
      expect((await fs.readFile(to('big'))).equals(big)).toBe(true);
      expect(await fs.readFile(to('empty'), 'utf8')).toBe('');
      const facts = async (file: string) => { const { mode, mtimeMs } = await fs.stat(file); return [(mode & 0o777).toString(8), Math.floor(mtimeMs / 1000)]; };
      for (const file of ['big', 'sub dir/script', 'sub dir', 'sub dir/Jörg \' "%/secret']) expect(await facts(to(file))).toEqual(await facts(at('from', file)));
      for (const link of ['inside', 'dangling', 'sub dir/Jörg \' "%/up']) expect(await fs.readlink(to(link))).toBe(await fs.readlink(at('from', link)));
      expect((await fs.readdir(at('to'), { recursive: true })).filter((name) => name.includes('.b2d-'))).toEqual([]);
      await fs.chmod(at('from', 'sub dir'), 0o755);
      await fs.chmod(to('sub dir'), 0o755);
    });

    test('a file goes into a folder, under a new name, or in the place of another', async () => {
      await fs.writeFile(at('from', 'f'), 'new', { mode: 0o640 });
      await run({ sources: [at('from', 'f')] });
      await run({ sources: [at('from', 'f')], destination: at('to', 'g') });
      await fs.writeFile(at('to', 'old'), 'a longer one');
      await fs.symlink('old', at('to', 'link'));
      await run({ sources: [at('from', 'f')], destination: at('to', 'link') }); // as cp: through a link that is named
      for (const file of ['f', 'g', 'old']) expect(await fs.readFile(at('to', file), 'utf8')).toBe('new');
      expect(await fs.readlink(at('to', 'link'))).toBe('old');
      expect((await fs.readdir(at('to'))).sort()).toEqual(['f', 'g', 'link', 'old']);
    });

    test('a folder goes into a folder, under a new name, or only what is in it; what is there stays', async () => {
      await fs.writeFile(at('from', 'f'), 'f');
      await fs.writeFile(at('to', 'mine'), 'mine');
      await run({ destination: at('to', 'new') });
      await run({ sources: [`${at('from')}/.`] });
      await run();
      await run();
      expect((await fs.readdir(at('to'), { recursive: true })).sort()).toEqual(['f', 'from', 'from/f', 'mine', 'new', 'new/f']);
    });

    test('a source that is a link is what it leads to', async () => {
      await fs.writeFile(at('from', 'f'), 'f');
      await fs.symlink('from', at('source'));
      await run({ sources: [at('source')] });
      expect(await fs.readdir(at('to', 'source'))).toEqual(['f']);
    });

    test('links that lead out, and what is no file, are left out and named; the rest is copied', async () => {
      await fs.writeFile(at('from', 'f'), 'f');
      await fs.symlink('/etc/passwd', at('from', 'absolute'));
      await fs.symlink('../to', at('from', 'up'));
      await fs.mkdir(at('from', 'd'));
      await fs.symlink('../f/../../to', at('from', 'd', 'twisted'));
      const socket = net.createServer().listen({ path: path.relative(process.cwd(), at('from', 's')) });
      await new Promise((resolve) => socket.once('listening', resolve));
      const { refused, files } = await run();
      socket.close();
      expect([files, refused.map((entry) => path.relative(at('from'), entry.path)).sort()]).toEqual([1, ['absolute', 'd/twisted', 's', 'up']]);
      expect((await fs.readdir(at('to', 'from'), { recursive: true })).sort()).toEqual(['d', 'f']);
    });

    test('nothing is written through a link below the destination', async () => {
      await fs.mkdir(at('from', 'd'));
      await fs.writeFile(at('from', 'd', 'f'), 'f');
      await fs.mkdir(at('elsewhere'));
      await fs.mkdir(at('to', 'from'));
      await fs.symlink(at('elsewhere'), at('to', 'from', 'd'));
      await expect(run()).rejects.toMatchObject({ message: expect.stringContaining('Cannot copy a folder'), reason: expect.stringContaining('a link') });
      expect(await fs.readdir(at('elsewhere'))).toEqual([]);
    });

    test.each([
      ['a source that is not there', () => ({ sources: [at('from', 'none')] }), 'failure'],
      ['several sources and no folder', () => ({ sources: [at('from', 'f'), at('from', 'f')], destination: at('to', 'new') }), 'usage'],
      ['a folder in the place of a file', () => ({ destination: at('to', 'file') }), 'usage'],
      ['a file into a folder that is not there', () => ({ sources: [at('from', 'f')], destination: `${at('to', 'new')}/` }), 'usage'],
    ])('%s changes nothing', async (__, overrides, exit) => {
      await fs.writeFile(at('from', 'f'), 'f');
      await fs.writeFile(at('to', 'file'), 'mine');
      await expect(run(overrides())).rejects.toMatchObject({ exit });
      expect([await fs.readdir(at('to')), await fs.readFile(at('to', 'file'), 'utf8')]).toEqual([['file'], 'mine']);
    });

    test('cut off in the midst of a file, what was there is as it was, and no half file is left', async () => {
      await fs.writeFile(at('from', 'f'), Buffer.alloc(4_000_000, 1));
      await fs.writeFile(at('to', 'f'), 'yesterday\'s');
      const controller = new AbortController();
      const onProgress = (done: number): void => void (done > 1_000_000 && controller.abort(new Error('Ctrl-C')));
      await expect(run({ sources: [at('from', 'f')], signal: controller.signal, onProgress })).rejects.toThrow('Ctrl-C');
      expect([await fs.readdir(at('to')), await fs.readFile(at('to', 'f'), 'utf8')]).toEqual([['f'], 'yesterday\'s']);
    });

    test('to a place that is not there is told', async () => {
      await expect(run({ destination: at('none', 'new') })).rejects.toMatchObject({ message: expect.stringContaining(path.join('none', 'new')) });
    });
  });

  test('/proc has files without a size, which arrive all the same', async () => {
    await copy(request({ sources: ['/proc/self/status'], destination: at('to', 'status') }));
    expect(await fs.readFile(at('to', 'status'), 'utf8')).toMatch(/^Name:\t\S/);
  });

  test('a file that cannot be read is named, and the rest is copied', async () => {
    await fs.writeFile(at('from', 'f'), 'f');
    const broken = { ...guest, open: (file: string) => guest.open(file === at('from', 'f') ? at('from', 'gone') : file) };
    await fs.writeFile(at('from', 'g'), 'g');
    expect(await copy(request({ from: broken }))).toMatchObject({ files: 1, refused: [{ path: at('from', 'f'), reason: 'It is not there, or its folder is not.' }] });
  });

  test('names that differ by case alone are kept apart where the file system would not', async () => {
    for (const name of ['README', 'readme', 'other']) await fs.writeFile(at('from', name), name);
    const mac = { ...host, sameName: (name: string) => name.toLowerCase() };
    expect(await copy(request({ to: mac }))).toMatchObject({ files: 2, refused: [{ path: at('from', 'readme'), reason: expect.stringContaining('"README"') }] });
    expect(await fs.readFile(at('to', 'from', 'README'), 'utf8')).toBe('README');
  });
});
