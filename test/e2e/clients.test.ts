import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { execute, TestHome } from '../support/b2d.ts';

/** How other programs of this computer reach a machine of the real image: docker by its context, ssh by its configuration, files by b2d cp. */
let home: TestHome;

jest.setTimeout(900_000); // a start under software emulation

beforeAll(async () => {
  home = await TestHome.create();
  await home.must(['up']);
});
afterAll(() => home.dispose());

test('the docker client uses the context that up made', async () => {
  await home.must(['context', 'use']);
  const { code, stdout } = await execute(process.env['B2D_TEST_DOCKER'] as string, ['version', '--format', '{{.Server.Os}}'], { env: home.env });
  expect([code, stdout]).toEqual([0, 'linux\n']);
  expect(JSON.parse(await home.must(['ls', '--json']))).toMatchObject({ machines: [{ name: 'default', active: 'context', state: 'running', docker: expect.stringMatching(/^\d/) }] });
});

test('the system\'s ssh logs in by what ssh-config prints', async () => {
  const config = path.join(home.home, 'printed');
  await fs.writeFile(config, await home.must(['ssh-config']));
  expect(await execute('ssh', ['-F', config, '-o', 'BatchMode=yes', 'b2d', 'id', '-un'], { env: home.env })).toEqual({ code: 0, stdout: 'docker\n', stderr: '' });
});

test('cp brings a tree there and back, as docker and as root', async () => {
  const from = path.join(home.home, 'tree');
  await fs.mkdir(path.join(from, 'sub'), { recursive: true });
  await fs.writeFile(path.join(from, 'sub', 'script'), '#!/bin/sh\necho ran\n', { mode: 0o755 });
  await fs.writeFile(path.join(from, 'big'), Buffer.alloc(2_000_000, 7));
  await fs.symlink('sub/script', path.join(from, 'link'));
  await home.must(['cp', from, ':']);
  expect(await home.must(['ssh', 'tree/link'])).toBe('ran\n');
  await home.must(['cp', 'default:tree', path.join(home.home, 'back')]);
  expect((await fs.readFile(path.join(home.home, 'back', 'big'))).equals(Buffer.alloc(2_000_000, 7))).toBe(true);
  expect([await fs.readlink(path.join(home.home, 'back', 'link')), (await fs.stat(path.join(home.home, 'back', 'sub', 'script'))).mode & 0o777]).toEqual(['sub/script', 0o755]);
  expect(await home.b2d(['cp', path.join(from, 'big'), ':/etc/'])).toMatchObject({ code: 1, stderr: expect.stringContaining('--user root') });
  await home.must(['scp', '-r', '--user', 'root', path.join(from, 'big'), ':/etc/']);
  expect(await home.must(['ssh', 'stat', '-c', '%s-%U', '/etc/big'])).toBe('2000000-root\n');
});
