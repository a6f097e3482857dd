import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import crypto, { createPrivateKey, X509Certificate } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { hostPlatform } from '../../src/platform/platform.ts';
import { tlsPaths } from '../../src/tls/paths.ts';
import { makeAuthority, makeClient, type Pair } from '../../src/tls/profiles.ts';
import { execute, TestHome } from '../support/b2d.ts';
import { BUSYBOX, importBusybox } from '../support/busybox-image.ts';
import { leaveSwarm } from '../support/swarm.ts';
import { inTerminal } from '../support/terminal.ts';

/** The real docker client does a container user's work on one machine that stays up. */
let home: TestHome;

jest.setTimeout(600_000); // under software emulation a container takes seconds, a service minutes

beforeAll(async () => {
  home = await TestHome.create();
  await home.must(['up']);
  await importBusybox(home);
});
afterAll(() => home.dispose());

const authority = (pair: Pair) => ({ key: createPrivateKey(pair.key), certificate: new X509Certificate(pair.certificate) });
const run = (...args: string[]) => home.docker(['run', '--rm', ...args]);

describe('docker', () => {
  test('version tells client and engine', async () => {
    const { stdout } = await home.docker(['version', '--format', '{{.Client.Version}} {{.Server.Version}} {{.Server.Os}}']);
    expect(stdout).toMatch(/^\S+ 28\.\S+ linux\n$/);
  });

  test('info warns of nothing, and shows overlay2, cgroup v2 and Swarm ready', async () => {
    const { stdout } = await home.docker(['info', '--format', '{{json .}}']);
    const info = JSON.parse(stdout);
    expect(info).toMatchObject({ Driver: 'overlay2', CgroupVersion: '2', OperatingSystem: expect.stringContaining('b2d') });
    expect(info.Warnings ?? []).toEqual([]);
    expect(Object.keys(info.Plugins)).toEqual(expect.arrayContaining(['Network', 'Volume', 'Log']));
    expect(info.Plugins.Log).toEqual(expect.arrayContaining(['json-file', 'local', 'syslog', 'fluentd']));
    expect(info.Plugins.Network).toEqual(expect.arrayContaining(['bridge', 'overlay', 'macvlan', 'ipvlan']));
  });

  test('run prints what the container prints, on both streams', async () => {
    expect(await run(BUSYBOX, 'sh', '-c', 'echo out; echo err >&2')).toEqual({ code: 0, stdout: 'out\n', stderr: 'err\n' });
  });

  test.each([[0, 'true'], [1, 'false'], [7, 'exit 7'], [137, "sh -c 'kill -9 $$'; exit $?"]])('run ends with %i for %j', async (code, command) => {
    expect((await run(BUSYBOX, 'sh', '-c', command)).code).toBe(code);
  });

  test('run -i reads standard input to its end, binary safe', async () => {
    const input = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256));
    const { stdout } = await home.docker(['run', '--rm', '-i', BUSYBOX, 'sha256sum'], { input });
    expect(stdout.split(' ')[0]).toBe(crypto.createHash('sha256').update(input).digest('hex'));
  });

  test('run --init, --user, --env and a read-only root work', async () => {
    const { stdout } = await run('--init', '--user', '1000:1000', '--env', 'COLOUR=grün', '--read-only', '--tmpfs', '/tmp', BUSYBOX, 'sh', '-c', 'id -u; echo $COLOUR; cat /proc/1/comm; touch /x 2>/dev/null || touch /tmp/x && echo written');
    expect(stdout).toBe('1000\ngrün\ndocker-init\nwritten\n');
  });

  test('containers reach each other by name on a network of their own', async () => {
    await home.docker(['network', 'create', 'wire']);
    await home.docker(['run', '-d', '--name', 'server', '--network', 'wire', BUSYBOX, 'sh', '-c', 'mkdir /w && echo hello > /w/index.html && httpd -f -p 80 -h /w']);
    expect((await run('--network', 'wire', BUSYBOX, 'sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9 10; do wget -qO- http://server/ && exit; sleep 1; done; exit 1')).stdout).toBe('hello\n');
    await home.docker(['rm', '-f', 'server']);
  });

  test('a published port answers inside the machine', async () => {
    await home.docker(['run', '-d', '--name', 'web', '-p', '8080:80', BUSYBOX, 'sh', '-c', 'mkdir /w && echo hi > /w/index.html && httpd -f -p 80 -h /w']);
    const got = await home.must(['ssh', '--', 'for i in 1 2 3 4 5 6 7 8 9 10; do wget -qO- http://127.0.0.1:8080/ && exit; sleep 1; done; exit 1']);
    expect(got).toBe('hi\n');
    await home.docker(['rm', '-f', 'web']);
  });

  test('logs -f follows a running container to its end', async () => {
    await home.docker(['run', '-d', '--name', 'talker', BUSYBOX, 'sh', '-c', 'for i in 1 2 3; do echo line $i; sleep 1; done']);
    expect((await home.docker(['logs', '-f', 'talker'])).stdout).toBe('line 1\nline 2\nline 3\n');
    await home.docker(['rm', 'talker']);
  });

  test.each(['local', 'json-file'])('the log driver %s keeps what was said', async (driver) => {
    await home.docker(['run', '--name', 'said', '--log-driver', driver, BUSYBOX, 'echo', 'kept']);
    expect((await home.docker(['logs', 'said'])).stdout).toBe('kept\n');
    await home.docker(['rm', 'said']);
  });

  test.each([['syslog', 'syslog-address=udp://127.0.0.1:5514'], ['fluentd', 'fluentd-async=true']])('the log driver %s takes a tag template', async (driver, option) => {
    expect(await run('--log-driver', driver, '--log-opt', option, '--log-opt', 'tag={{.Name}}/{{.ID}}/{{.ImageName}}', BUSYBOX, 'true')).toMatchObject({ code: 0 });
  });

  test('exec -it gives a terminal', async () => {
    await home.docker(['run', '-d', '--name', 'box', BUSYBOX, 'sleep', '600']);
    const screen = await inTerminal([process.env['B2D_TEST_DOCKER'] as string, 'exec', '-it', 'box', 'sh'], { env: await home.dockerEnv(), type: 'tty; stty size; exit 5\n' });
    expect(screen.text).toContain('/dev/pts/0');
    expect(screen.code).toBe(5);
    await home.docker(['rm', '-f', 'box']);
  });

  test('a container that takes more memory than its limit is killed, and says so', async () => {
    const result = await home.docker(['run', '--name', 'greedy', '--memory', '32m', '--memory-swap', '32m', BUSYBOX, 'sh', '-c', 'tail -c 200000000 /dev/zero > /dev/null']);
    expect(result.code).not.toBe(0);
    expect((await home.docker(['inspect', '--format', '{{.State.OOMKilled}}', 'greedy'])).stdout).toBe('true\n');
    await home.docker(['rm', 'greedy']);
  });

  test('cpu, pids and block limits reach the cgroup', async () => {
    const { stdout } = await run('--cpus', '0.5', '--pids-limit', '50', BUSYBOX, 'sh', '-c', 'cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/pids.max');
    expect(stdout).toBe('50000 100000\n50\n');
  });

  test('stats, top, cp and events answer', async () => {
    await home.docker(['run', '-d', '--name', 'box', BUSYBOX, 'sleep', '600']);
    expect((await home.docker(['stats', '--no-stream', '--format', '{{.Name}}'])).stdout).toBe('box\n');
    expect((await home.docker(['top', 'box'])).stdout).toContain('sleep 600');
    const file = path.join(home.home, 'from box');
    await home.docker(['cp', 'box:/proc/version', file]).catch(() => undefined);
    await home.docker(['exec', 'box', 'sh', '-c', 'echo content > /file']);
    expect((await home.docker(['cp', 'box:/file', file])).code).toBe(0);
    expect(await fs.readFile(file, 'utf8')).toBe('content\n');
    expect((await home.docker(['events', '--since', '10m', '--until', '0s', '--filter', 'event=start', '--format', '{{.Actor.Attributes.name}}'])).stdout).toContain('box');
    await home.docker(['rm', '-f', 'box']);
  });
});

describe('docker swarm', () => {
  test('runs a service with two replicas, and encrypted overlay traffic between them', async () => {
    expect(await home.docker(['swarm', 'init', '--advertise-addr', 'eth0'])).toMatchObject({ code: 0 });
    await home.docker(['network', 'create', '--driver', 'overlay', '--attachable', '--opt', 'encrypted', 'mesh']);
    expect(await home.docker(['service', 'create', '--detach=false', '--quiet', '--name', 'pair', '--network', 'mesh', '--replicas', '2', BUSYBOX, 'sh', '-c', 'mkdir /w && hostname > /w/index.html && httpd -f -p 80 -h /w'])).toMatchObject({ code: 0 });
    expect((await home.docker(['service', 'ls', '--format', '{{.Replicas}}'])).stdout).toBe('2/2\n');
    const seen = (await run('--network', 'mesh', BUSYBOX, 'sh', '-c', 'for i in 1 2 3 4 5 6 7 8; do wget -qO- http://tasks.pair/ || sleep 1; done')).stdout.trim().split('\n');
    expect(new Set(seen).size).toBeGreaterThanOrEqual(1);
    expect(seen.every((name) => /^[0-9a-f]{12}$/.test(name))).toBe(true);
    expect(await home.docker(['service', 'rm', 'pair'])).toMatchObject({ code: 0 });
    await leaveSwarm(home);
  });
});

describe('the engine refuses', () => {
  const machine = () => path.join(home.home, 'machines', 'default', 'docker');
  const curl = async (...args: string[]) => execute('curl', ['--silent', '--show-error', '--max-time', '20', ...args], { env: home.env });
  const url = async () => (await home.must(['url'])).trim().replace('tcp:', 'https:');

  test('nobody with the machine\'s client certificate', async () => {
    const result = await curl('--cacert', path.join(machine(), 'ca.pem'), '--cert', path.join(machine(), 'cert.pem'), '--key', path.join(machine(), 'key.pem'), `${await url()}/_ping`);
    expect(result).toMatchObject({ code: 0, stdout: 'OK' });
  });

  test('who shows no client certificate', async () => {
    const result = await curl('--cacert', path.join(machine(), 'ca.pem'), `${await url()}/_ping`);
    expect(result).toMatchObject({ code: expect.any(Number), stdout: '', stderr: expect.stringMatching(/certificate required|bad certificate|handshake/i) });
    expect(result.code).not.toBe(0);
  });

  test.each(['of another CA', 'that has expired'])('who shows a certificate %s', async (kind) => {
    const paths = tlsPaths(hostPlatform(), path.join(home.home, 'machines', 'default'));
    const own = { key: createPrivateKey(await fs.readFile(paths.caKey)), certificate: new X509Certificate(await fs.readFile(paths.ca)) };
    const pair = kind === 'of another CA'
      ? makeClient('default', authority(makeAuthority('default', new Date())), new Date())
      : makeClient('default', own, new Date('2015-01-01'));
    const [cert, key] = [path.join(home.home, `${kind} cert`), path.join(home.home, `${kind} key`)];
    await fs.writeFile(cert, pair.certificate);
    await fs.writeFile(key, pair.key);
    const result = await curl('--cacert', paths.ca, '--cert', cert, '--key', key, `${await url()}/_ping`);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(/bad certificate|unknown ca|expired/i);
  });

  test('who speaks plain HTTP', async () => {
    const result = await curl((await url()).replace('https:', 'http:') + '/version');
    expect(result.stdout).not.toContain('ApiVersion');
    expect(result.stdout).toContain('HTTPS server');
  });

  test('everybody on port 2375', async () => {
    expect((await home.b2d(['ssh', 'nc -w 2 127.0.0.1 2375 </dev/null'])).code).not.toBe(0);
  });
});

describe('b2d ssh', () => {
  test('returns output, errors and the exit code of a command', async () => {
    expect(await home.b2d(['ssh', '--', 'echo out; echo err >&2; exit 3'])).toMatchObject({ code: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  test('returns 128 + n for a command ended by signal n', async () => {
    expect((await home.b2d(['ssh', 'kill -TERM $$'])).code).toBe(143);
  });

  test('streams standard input', async () => {
    const input = Buffer.alloc(3_000_000, 'b2d');
    expect(await home.must(['ssh', 'wc', '-c'], { input })).toMatch(/^\s*3000000\s*$/);
  });

  test('opens a shell in a terminal', async () => {
    const screen = await inTerminal([process.execPath, 'bin/b2d.js', 'ssh'], { env: home.env, type: 'hostname; tty; exit 4\r' });
    expect(screen.text).toMatch(/default\r*\n\/dev\/pts\/\d/);
    expect(screen.code).toBe(4);
  });

  test('the guest knows no password, and offers no other way in', async () => {
    expect(await home.must(['ssh', '--user', 'root', 'cut -d: -f2 /etc/shadow /etc/passwd 2>/dev/null | sort -u'])).toMatch(/^([!*x]\n)+$/);
  });

  test('a changed host key is refused', async () => {
    const file = path.join(home.home, 'machines', 'default', 'ssh', 'host_ed25519.pub');
    const text = await fs.readFile(file, 'utf8');
    const other = await fs.readFile(path.join(home.home, 'machines', 'default', 'ssh', 'id_ed25519.pub'), 'utf8');
    try {
      await fs.writeFile(file, other);
      expect(await home.b2d(['ssh', 'true'])).toMatchObject({ code: 13, stdout: '', stderr: expect.stringContaining('host key') });
    } finally {
      await fs.writeFile(file, text);
    }
  });
});

describe('b2d tells', () => {
  test('status, ip, url, info, version and logs of a running machine', async () => {
    expect(await home.must(['status'])).toMatch(/^running\n[^]*Docker engine 28\./);
    expect(await home.must(['ip'])).toBe('127.0.0.1\n');
    expect(await home.must(['url'])).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+\n$/);
    const info = JSON.parse(await home.must(['info', '--json']));
    expect(info).toMatchObject({ state: 'running', driver: 'qemu', natRules: [{ guestPort: 2376, hostAddress: '127.0.0.1' }, { guestPort: 22 }] });
    expect(JSON.parse(await home.must(['version', '--json']))).toMatchObject({ b2d: expect.any(String), engine: expect.stringMatching(/^28\./) });
    expect(await home.must(['logs'])).toMatch(/^b2d: [\d.]+ engine/m);
  });

  test('in a shell, after eval "$(b2d env)", plain docker works', async () => {
    const child = spawn('bash', ['-euc', 'eval "$("$1" bin/b2d.js env)"; exec "$2" version --format "{{.Server.Version}}"', 'x', process.execPath, process.env['B2D_TEST_DOCKER'] as string], { env: { ...home.env, SHELL: '/bin/bash' } });
    let text = '';
    child.stdout.on('data', (data) => (text += String(data)));
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(text).toMatch(/^28\./);
  });
});
