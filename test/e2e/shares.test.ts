import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { TestHome } from '../support/b2d.ts';
import { eventually } from '../support/eventually.ts';
import { BUSYBOX, importBusybox } from '../support/busybox-image.ts';
import { serve } from '../support/http-faults.ts';

/** Folders of this computer in containers, and its own services reached from them. The tests build on each other: each start of the machine takes long under emulation. */
let home: TestHome;
let projects: string;

jest.setTimeout(900_000);

beforeAll(async () => {
  home = await TestHome.create();
  projects = path.join(path.dirname(home.home), 'projects');
  for (const name of ['plain', 'машина, "two" $HOME']) await fs.mkdir(path.join(projects, name), { recursive: true });
});
afterAll(() => home.dispose());

const folder = (name: string) => path.join(projects, name);
const run = (source: string, ...command: string[]) => home.docker(['run', '--rm', '--mount', `type=bind,"source=${source.replaceAll('"', '""')}",target=/w`, BUSYBOX, ...command]);
const list = async () => (JSON.parse(await home.must(['share', 'list', '--json'])) as { shares: object[] }).shares;

test('what was shared before the start is mounted at the same path, files go both ways', async () => {
  await home.must(['init']);
  expect(await home.b2d(['share', 'add', '.'], { cwd: folder('plain') })).toMatchObject({ code: 0, stderr: expect.stringContaining('next start') });
  await home.must(['share', 'add', folder('машина, "two" $HOME'), '--at', '/c/Users/Jörg Müller']);
  const { code, stderr } = await home.b2d(['up']);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/not mounted|could not be found out/) });
  await importBusybox(home);
  expect(await list()).toMatchObject([{ guestPath: '/c/Users/Jörg Müller', state: 'mounted' }, { hostPath: folder('plain'), guestPath: folder('plain'), state: 'mounted' }]);

  await fs.writeFile(path.join(folder('plain'), 'from host'), 'hello\n');
  const dockerRun = await home.docker(['run', '--rm', '-v', `${folder('plain')}:/w`, BUSYBOX, 'sh', '-c', 'cat "/w/from host"; echo back > /w/größe; mkdir -p /w/a/b; ln -s ../größe /w/a/link; chmod 750 /w/a']);
  expect(dockerRun).toEqual({ code: 0, stdout: 'hello\n', stderr: '' });
  expect(await fs.readFile(path.join(folder('plain'), 'größe'), 'utf8')).toBe('back\n');
  expect(await fs.readlink(path.join(folder('plain'), 'a', 'link'))).toBe('../größe');
  expect((await fs.stat(path.join(folder('plain'), 'a'))).mode & 0o777).toBe(0o750);
});

test('a container sees each change made here, also of files that it has read', async () => {
  const file = path.join(folder('plain'), 'changing');
  await fs.writeFile(file, 'one\n');
  await home.docker(['run', '-d', '--name', 'watcher', '-v', `${folder('plain')}:/w`, '-v', `${file}:/single`, BUSYBOX, 'sleep', '3600']);
  const read = async () => (await home.docker(['exec', 'watcher', 'cat', '/w/changing', '/single'])).stdout;
  expect(await read()).toBe('one\none\n');
  await fs.writeFile(file, 'two\n'); // of the same length: only its time tells
  expect(await read()).toBe('two\ntwo\n');
  await fs.appendFile(file, 'three\n');
  expect(await read()).toBe('two\nthree\ntwo\nthree\n');
  await fs.writeFile(path.join(folder('plain'), 'new'), '');
  await fs.rm(path.join(folder('plain'), 'from host'));
  expect((await home.docker(['exec', 'watcher', 'ls', '/w'])).stdout).toMatch(/^a\nchanging\ngröße\nnew\n$/);
  await home.docker(['rm', '-f', 'watcher']);
});

test('a path with letters, blanks, quotes and commas works', async () => {
  expect(await run('/c/Users/Jörg Müller', 'sh', '-c', 'echo done > "/w/日本, \\"x\\""')).toMatchObject({ code: 0 });
  expect(await fs.readFile(path.join(folder('машина, "two" $HOME'), '日本, "x"'), 'utf8')).toBe('done\n');
});

test('doctor finds a container with a folder that is not shared', async () => {
  await fs.mkdir(folder('unshared'));
  await fs.writeFile(path.join(folder('unshared'), 'file'), 'x');
  await home.docker(['create', '--name', 'lost', '-v', `${folder('unshared')}:/w`, BUSYBOX, 'true']);
  await home.docker(['start', 'lost']);
  const { findings } = JSON.parse((await home.b2d(['doctor', '--json'])).stdout) as { findings: { check: string }[] };
  expect(findings.find(({ check }) => check === 'bind-mounts')).toMatchObject({ status: 'warn', details: [`lost: ${folder('unshared')}`], remedy: expect.arrayContaining([expect.stringContaining(`share add "${folder('unshared')}"`)]) });
  await home.docker(['rm', '-f', 'lost']);
});

test('containers reach a server on this computer’s 127.0.0.1 by host.docker.internal, in every kind of network', async () => {
  const reached = { code: 0, stdout: 'from the host\n', stderr: '' };
  expect(await askHost()).toEqual(reached);
  expect(await askHost('--add-host', 'host.docker.internal:host-gateway')).toEqual(reached);
  expect(await askHost('--network', 'host')).toEqual(reached);
  await home.docker(['network', 'create', 'own']); // has the engine's own name server before the machine's
  expect(await askHost('--network', 'own')).toEqual(reached);
});

test('containers find other names by the server that the network told the machine', async () => {
  const lookUp = (name: string, ...flags: string[]) => home.docker(['run', '--rm', ...flags, BUSYBOX, 'nslookup', name]);
  const told = await home.must(['ssh', 'cat /etc/resolv.conf']);
  const tell = (resolvConf: string) => home.must(['ssh', '--user', 'root', `echo '${resolvConf.trim()}' > /etc/resolv.conf.new && mv /etc/resolv.conf.new /etc/resolv.conf`]);
  await home.must(['ssh', '--user', 'root', 'dnsmasq --conf-file=/dev/null --pid-file=/run/company.pid --user=nobody --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts --host-record=wiki.company.test,192.0.2.7']);
  try {
    await tell('nameserver 127.0.0.1');
    for (const network of ['bridge', 'own']) {
      expect(await lookUp('wiki.company.test', '--network', network)).toMatchObject({ code: 0, stdout: expect.stringContaining('192.0.2.7') });
      expect(await lookUp('none.company.test', '--network', network)).toMatchObject({ code: 1 });
    }
  } finally {
    await tell(told);
    await home.must(['ssh', '--user', 'root', 'kill $(cat /run/company.pid)']);
  }
});

test('the name server comes back when it ends', async () => {
  await home.must(['ssh', '--user', 'root', 'killall -9 dnsmasq']);
  await eventually(async () => expect(await askHost()).toMatchObject({ stdout: 'from the host\n' }), 120_000);
});

test('a share that is taken away is unmounted at once; one that is read-only cannot be written to, whatever the guest does', async () => {
  expect(await home.b2d(['share', 'rm', '/c/Users/Jörg Müller'])).toMatchObject({ code: 0, stderr: expect.stringContaining('b2d restart') });
  expect(await home.must(['ssh', 'ls -A "/c/Users/Jörg Müller"'])).toBe('');
  expect(await home.b2d(['share', 'add', folder('plain'), '--read-only'])).toMatchObject({ code: 0, stderr: expect.stringContaining('b2d restart') });
  expect(await home.b2d(['share', 'add', folder('машина, "two" $HOME')])).toMatchObject({ code: 0, stderr: expect.stringContaining('b2d restart') });
  await home.must(['restart', '--host-access', 'off']);
  expect(await list()).toMatchObject([{ hostPath: folder('plain'), readOnly: true, state: 'mounted' }, { guestPath: folder('машина, "two" $HOME'), state: 'mounted' }]);

  expect(await run(folder('plain'), 'sh', '-c', 'cat /w/changing; echo x > /w/changing')).toMatchObject({ code: 1, stdout: 'two\nthree\n', stderr: expect.stringContaining('Read-only') });
  const remount = `mount -o remount,rw '${folder('plain').replaceAll("'", "'\\''")}'; echo x > '${folder('plain').replaceAll("'", "'\\''")}/changing'`;
  expect((await home.b2d(['ssh', '--user', 'root', remount])).code).not.toBe(0);
  expect(await fs.readFile(path.join(folder('plain'), 'changing'), 'utf8')).toBe('two\nthree\n');
  expect((await run(folder('машина, "two" $HOME'), 'ls', '/w')).stdout).toBe('日本, "x"\n');
});

test('without host access containers do not reach this computer’s own services, and names and the internet’s way out stay', async () => {
  expect(await askHost()).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/refused|unreachable/i) });
  expect((await home.b2d(['ssh', 'wget -qO- -T 20 http://10.0.2.2:1/'])).code).not.toBe(0);
  expect(await home.must(['ssh', 'ip route show default'])).toContain('via 10.0.2.2');
});

test('a share of a folder with B2D_HOME in it hides that from the guest', async () => {
  await home.must(['down']);
  for (const name of [folder('plain'), folder('машина, "two" $HOME')]) await home.must(['share', 'rm', name]);
  expect(await home.b2d(['share', 'add', path.dirname(home.home), '--at', '/all'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') });
  await home.must(['share', 'add', path.dirname(home.home), '--at', '/all', '--force']);
  await home.must(['up', '--host-access', 'on']);
  const name = path.basename(home.home);
  expect((await run('/all', 'sh', '-c', `ls /w; ls -A "/w/$0"`, name)).stdout.trim().split('\n').sort()).toEqual(['docker', name, 'projects'].sort()); // the home's own folder is empty there
  await home.must(['down']);
});

/** A container asks a real server of this computer. */
async function askHost(...flags: string[]) {
  const server = await serve((_, response) => response.end('from the host\n'));
  try {
    return await home.docker(['run', '--rm', ...flags, BUSYBOX, 'wget', '-qO-', '-T', '60', `http://host.docker.internal:${server.port}/`]);
  } finally {
    await server.close();
  }
}
