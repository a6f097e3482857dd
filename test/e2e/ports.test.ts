import dgram from 'node:dgram';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { PortsReport } from '../../src/machine/published-ports.ts';
import type { MachineStatus } from '../../src/machine/status.ts';
import { TestHome } from '../support/b2d.ts';
import { BUSYBOX, importBusybox } from '../support/busybox-image.ts';
import { leaveSwarm } from '../support/swarm.ts';
import { eventually } from '../support/eventually.ts';
import { accepts, freePort, processExists } from '../support/machine.ts';

/** What the real docker client publishes is reached from this computer. The tests share one machine. */
let home: TestHome;

jest.setTimeout(900_000); // starts of the machine and its services, under software emulation
const WAIT_MS = 120_000;

beforeAll(async () => {
  home = await TestHome.create();
  await home.must(['up']);
  await importBusybox(home);
});
afterAll(() => home.dispose());

const SERVE = 'mkdir -p /w && hostname > /w/index.html';
/** Runs a container whose web server says its name; the more arguments publish its ports. */
async function web(name: string, publish: string[], ports: number[] = [80]): Promise<void> {
  const servers = ports.map((port) => `httpd -p ${port} -h /w`).join(' && ');
  const result = await home.docker(['run', '-d', '--name', name, '--hostname', name, ...publish, BUSYBOX, 'sh', '-c', `${SERVE} && ${servers} && exec sleep 100000`]);
  expect(result).toMatchObject({ code: 0 });
}
const says = (port: number, address = '127.0.0.1') => fetch(`http://${address}:${port}/`, { signal: AbortSignal.timeout(20_000), headers: { Connection: 'close' } }).then((response) => response.text());
const answers = (port: number, name: string, address?: string) => eventually(async () => expect(await says(port, address)).toBe(`${name}\n`), WAIT_MS);
const isClosed = (port: number) => eventually(async () => expect(await accepts(port)).toBe(false), WAIT_MS);
/** A process that was ended exists until its parent has noticed. */
const isGone = (pid: number) => eventually(async () => expect(processExists(pid)).toBe(false), WAIT_MS);
const remove = (...names: string[]) => home.docker(['rm', '-f', ...names]);
const ports = async () => (JSON.parse(await home.must(['ports', '--json'])) as PortsReport).ports;
const forwarder = async () => (JSON.parse(await home.must(['status', '--json'])) as MachineStatus).portForwarder;

async function forwarderPid(): Promise<number> {
  const status = await forwarder();
  if (!status?.running) throw new Error('the forwarder does not run');
  return status.pid;
}

/** That many free ports in a row. */
async function freeRange(length: number): Promise<number> {
  for (;;) {
    const first = await freePort();
    const rest = Array.from({ length: length - 1 }, (_, index) => first + 1 + index);
    if (rest.every((port) => port < 65_536) && !(await Promise.all(rest.map(accepts))).includes(true)) return first;
  }
}

describe('a published port', () => {
  test('answers on this computer, is listed, and goes away with its container', async () => {
    const port = await freePort();
    await web('web', ['-p', `${port}:80`]);
    await answers(port, 'web');
    expect(await ports()).toEqual([{ container: 'web', containerPort: 80, protocol: 'tcp', address: '0.0.0.0', port, host: { address: '127.0.0.1', port } }]);
    expect(await home.must(['ports'])).toMatch(new RegExp(`^container .*\\nweb +80/tcp +0\\.0\\.0\\.0:${port} +127\\.0\\.0\\.1:${port}\\n$`));
    await expect(says(port, '127.0.0.2')).rejects.toThrow(); // one address, not all
    await remove('web');
    await isClosed(port);
    expect(await home.b2d(['ports'])).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('publishes a port') });
  });

  test('on 127.0.0.1 answers too', async () => {
    const port = await freePort();
    await web('local', ['-p', `127.0.0.1:${port}:80`]);
    await answers(port, 'local');
    expect(await ports()).toMatchObject([{ address: '127.0.0.1', host: { address: '127.0.0.1', port } }]);
    await remove('local');
    await isClosed(port);
  });

  test('of UDP answers', async () => {
    const port = await freePort();
    await home.docker(['run', '-d', '--name', 'echo', '-p', `${port}:7/udp`, BUSYBOX, 'nc', '-l', '-u', '-p', '7', '-e', '/bin/cat']);
    const socket = dgram.createSocket('udp4');
    try {
      const heard = new Promise<string>((resolve) => socket.once('message', (message) => resolve(String(message))));
      await eventually(async () => {
        socket.send('hello', port, '127.0.0.1');
        expect(await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, 1_000))])).toBe('hello');
      }, WAIT_MS);
    } finally {
      socket.close();
    }
    expect(await ports()).toMatchObject([{ container: 'echo', protocol: 'udp', host: { port } }]);
    await remove('echo');
  });

  test('of a range answers, each', async () => {
    const first = await freeRange(3);
    await web('range', ['-p', `${first}-${first + 2}:80-82`], [80, 81, 82]);
    for (const port of [first, first + 1, first + 2]) await answers(port, 'range');
    await remove('range');
    await isClosed(first + 2);
  });

  test.each([[['-p', '80']], [['-P', '--expose', '80']]])('that docker chooses, by %j, answers', async (publish) => {
    await web('any', publish);
    const port = Number(/:(\d+)\n/.exec((await home.docker(['port', 'any', '80/tcp'])).stdout)?.[1]);
    await answers(port, 'any');
    await remove('any');
  });

  test('answers again after docker restart, and of a container that is started again', async () => {
    const port = await freePort();
    await web('web', ['-p', `${port}:80`]);
    await answers(port, 'web');
    await home.docker(['restart', '-t', '0', 'web']);
    await answers(port, 'web');
    await home.docker(['stop', '-t', '0', 'web']);
    await isClosed(port);
    await home.docker(['start', 'web']);
    await answers(port, 'web');
    await remove('web');
  });

  test('of a Swarm service answers', async () => {
    const port = await freePort();
    expect(await home.docker(['swarm', 'init', '--advertise-addr', 'eth0'])).toMatchObject({ code: 0 });
    const command = ['sh', '-c', `${SERVE} && exec httpd -f -p 80 -h /w`];
    expect(await home.docker(['service', 'create', '--quiet', '--name', 'api', '--hostname', 'api', '--publish', `${port}:80`, BUSYBOX, ...command])).toMatchObject({ code: 0 });
    await answers(port, 'api');
    await home.docker(['service', 'rm', 'api']);
    await isClosed(port);
    await leaveSwarm(home);
  });
});

test('a port that another program has is reported, and forwarded once it is free', async () => {
  const other = net.createServer().listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as net.AddressInfo;
    await web('late', ['-p', `${port}:80`]);
    const reason = `Another program uses port ${port} of this computer.`;
    await eventually(async () => expect(await ports()).toMatchObject([{ host: null, reason, retried: true }]), WAIT_MS);
    expect(await home.must(['ports'])).toContain(`none: ${reason} It is tried again.`);
    const { findings } = JSON.parse((await home.b2d(['doctor', '--json'])).stdout) as { findings: { check: string; status: string; details: string[] }[] };
    expect(findings.filter(({ check }) => check === 'published-ports')).toMatchObject([{ status: 'warn', details: [`late, ${port}/tcp: ${reason}`] }]);
    await new Promise((resolve) => other.close(resolve));
    await answers(port, 'late');
    await remove('late');
  } finally {
    other.close();
  }
});

describe('the forwarder', () => {
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    await web('kept', ['--restart', 'always', '-p', `${port}:80`]);
    await answers(port, 'kept');
  });

  test('comes back when the engine was started again', async () => {
    const pid = await forwarderPid();
    const startOf = async () => (await home.docker(['inspect', '--format', '{{.State.StartedAt}}', 'kept'])).stdout;
    const before = await startOf();
    await home.must(['ssh', '-l', 'root', 'kill -TERM "$(cat /run/b2d/dockerd.pid)"']);
    await eventually(async () => expect(['', before]).not.toContain(await startOf()), WAIT_MS);
    await answers(port, 'kept');
    expect(await forwarderPid()).toBe(pid);
    await eventually(async () => expect(await home.docker(['run', '--rm', BUSYBOX, 'true'])).toMatchObject({ code: 0 }), WAIT_MS); // the engine has settled
  });

  test('that was killed is shown as missing, and brought back by the next up', async () => {
    const pid = await forwarderPid();
    process.kill(pid, 'SIGKILL');
    await eventually(async () => expect(await forwarder()).toEqual({ running: false }), WAIT_MS);
    expect(await home.must(['status'])).toContain('the forwarder does not run');
    const later = await freePort();
    await web('later', ['-p', `${later}:80`]);
    expect(await ports()).toEqual(expect.arrayContaining([expect.objectContaining({ container: 'later', host: null, reason: 'The port forwarder does not run.' })]));
    await home.must(['up']);
    await answers(later, 'later');
    expect(await forwarderPid()).not.toBe(pid);
    await remove('later');
    await isClosed(later);
  });

  test('follows the settings at the next up: every address, and none at all', async () => {
    await home.must(['up'], { env: { B2D_PORTS_BIND: 'all' } });
    await answers(port, 'kept', '127.0.0.2');
    await home.must(['up'], { env: { B2D_PORTS_FORWARD: 'off' } });
    await isClosed(port);
    expect(await forwarder()).toEqual({ running: false });
    await home.must(['up']);
    await answers(port, 'kept');
    await expect(says(port, '127.0.0.2')).rejects.toThrow();
  });

  test('ends with down, and starts with up', async () => {
    const pid = await forwarderPid();
    await home.must(['down']);
    await isGone(pid);
    expect(await accepts(port)).toBe(false);
    expect(await home.b2d(['ports'])).toMatchObject({ code: 4, stdout: '' });
    await home.must(['up']);
    await answers(port, 'kept');
    expect(await forwarderPid()).not.toBe(pid);
    await remove('kept');
  });

  test('ends with kill', async () => {
    const pid = await forwarderPid();
    await home.must(['kill']);
    await isGone(pid);
  });
});
