import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { qemuFiles } from '../../../src/drivers/qemu/layout.ts';
import { machinePaths } from '../../../src/machine/paths.ts';
import { RECORD_VERSION, writeRecord } from '../../../src/machine/record.ts';
import { parseEnv } from '../../../src/fast/parse-env.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { awkwardFolder, plainFolder, removeFolder } from '../../support/temp.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const uuid = '0b8c1b6e-6f0e-4c8a-9a5c-0123456789ab';
const otherUuid = '1b8c1b6e-6f0e-4c8a-9a5c-0123456789ab';

let home: string;
let sockets: string;
let qemu: net.Server;
let virtualBox: ChildProcess;

/** What `b2d env` asks of a QEMU: a machine that runs, by the protocol of its control socket. */
function answer(socket: net.Socket): void {
  const replies: Record<string, object> = { 'query-status': { status: 'running', running: true }, 'query-uuid': { UUID: uuid } };
  let pending = '';
  socket.on('error', () => undefined);
  socket.write('{"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 0}}, "capabilities": []}}\r\n');
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (pending + chunk).split('\n');
    pending = lines.pop() ?? '';
    for (const { execute, id } of lines.map((line) => JSON.parse(line) as { execute: string; id: unknown })) {
      socket.write(`${JSON.stringify({ return: replies[execute] ?? {}, id })}\r\n`);
    }
  });
}

async function makeMachine(name: string, listening: boolean): Promise<void> {
  const { directory, record } = machinePaths(hostPlatform(), home, name);
  const files = qemuFiles({ directory, uuid }, path);
  await fs.mkdir(files.folder, { recursive: true });
  await fs.writeFile(files.dataDisk, '');
  await fs.writeFile(files.endpoint, JSON.stringify({ kind: 'unix', path: path.join(sockets, listening ? 'qmp' : 'nobody') }));
  await writeRecord(record, {
    version: RECORD_VERSION, name, uuid, createdAt: '2026-01-01T00:00:00Z', driver: 'qemu', cpus: 1, memoryMiB: 1024, diskMiB: 2048,
    image: { sha256: '0'.repeat(64), version: '1', source: 'bundled' }, dataDiskMade: true, ports: { docker: 49153, ssh: 49154 }, extra: {},
  });
}

/** What `b2d env` sees of a machine in VirtualBox: the log of its last run, which names a process. */
async function makeVirtualBoxMachine(name: string, pid: number): Promise<void> {
  const { directory, record } = machinePaths(hostPlatform(), home, name);
  const logs = path.join(directory, 'virtualbox', `b2d-${name}`, 'Logs');
  await fs.mkdir(logs, { recursive: true });
  await fs.writeFile(path.join(logs, 'VBox.log'), `00:00:00.006 Log opened\n00:00:00.016573 Process ID: ${pid}\n`);
  await writeRecord(record, {
    version: RECORD_VERSION, name, uuid: otherUuid, createdAt: '2026-01-01T00:00:00Z', driver: 'virtualbox', cpus: 1, memoryMiB: 1024, diskMiB: 2048,
    image: { sha256: '0'.repeat(64), version: '1', source: 'bundled' }, dataDiskMade: true, ports: { docker: 49155, ssh: 49156 }, extra: { 'virtualbox.program': path.join(home, 'VBoxManage') },
  });
}

beforeAll(async () => {
  home = await awkwardFolder('fast');
  sockets = await plainFolder('qmp');
  qemu = net.createServer(answer);
  await new Promise<void>((resolve) => qemu.listen(path.join(sockets, 'qmp'), resolve));
  await makeMachine('default', true);
  await makeMachine('dev', true);
  await makeMachine('off', false);
  virtualBox = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', '--startvm', otherUuid], { stdio: 'ignore' });
  await makeVirtualBoxMachine('vbox', virtualBox.pid as number);
  await makeVirtualBoxMachine('vbox-off', process.pid);
});
afterAll(async () => {
  virtualBox.kill('SIGKILL');
  await new Promise((resolve) => qemu.close(resolve));
  await fs.rm(sockets, { recursive: true, force: true });
  await removeFolder(home);
});

interface Outcome { code: number | null; stdout: string; stderr: string }

function node(args: string[], env: Record<string, string>): Promise<Outcome> {
  const child = spawn(process.execPath, args, { cwd: home, env: { PATH: process.env['PATH'], HOME: home, B2D_HOME: home, SHELL: '/bin/bash', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const outcome: Outcome = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (outcome.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (outcome.stderr += text));
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve({ ...outcome, code })));
}

const b2d = (args: string[], env: Record<string, string> = {}): Promise<Outcome> => node([path.join(root, 'bin/b2d.js'), ...args], env);
/** The same words by oclif's way alone. */
const byOclif = (args: string[], env: Record<string, string> = {}): Promise<Outcome> =>
  node(['--input-type=module', '-e', 'const [dist, ...words] = process.argv.slice(1); (await import(`file://${dist}/main.js`)).main(words, dist);', '--', path.join(root, 'dist'), ...args], env);

describe('the fast path prints what the command prints', () => {
  test.each<[string[], Record<string, string>]>([
    [['env'], {}], [['shellinit'], {}], [['env', '--shell', 'fish'], {}], [['env', '--shell=tcsh', '-u'], {}], [['env', '--unset', '--machine', 'none'], {}],
    [['env', '--machine', 'dev', '--no-proxy'], { NO_PROXY: 'a,b' }], [['env', '-m', 'dev', '--shell', 'powershell'], {}], [['env'], { B2D_MACHINE: 'dev' }],
    [['env', '--machine', 'vbox'], {}],
    [['--version'], {}],
  ])('%j with %j', async (args, env) => {
    const fast = await b2d(args, env);
    expect(fast).toMatchObject({ code: 0, stderr: '' });
    expect(fast.stdout).not.toBe('');
    expect(fast).toEqual(await byOclif(args, env));
  });

  test.each([
    ['machine = "dev"\n', `DOCKER_MACHINE_NAME='dev'`, ''], ['machine = "dev"\nmemroy = 1\n', `DOCKER_MACHINE_NAME='dev'`, 'memroy'], ['memory = = 1', '', 'line 1'], ['cpus = 0', '', 'cpus'],
  ])('with %j in config.toml', async (text, stdout, stderr) => {
    await fs.writeFile(path.join(home, 'config.toml'), text);
    try {
      const fast = await b2d(['env']);
      expect(fast.stdout).toContain(stdout);
      expect(fast.stderr).toContain(stderr);
      expect(fast).toEqual(await byOclif(['env']));
    } finally {
      await fs.rm(path.join(home, 'config.toml'));
    }
  });

  test.each<[Record<string, string>, boolean]>([[{}, true], [{ B2D_MACHINE: 'dev' }, true], [{ B2D_MACHINE: 'vbox' }, true], [{ B2D_MACHINE: 'vbox-off' }, false], [{ B2D_MEMORY: '1g' }, true], [{ B2D_MEMORY: 'much' }, false], [{ B2D_OTHER: '1' }, false]])('%j: it takes it itself: %p', async (env, itself) => {
    const result = await node(['-e', 'require(process.argv[1]).run(["env"]).then((did) => console.error(did))', path.join(root, 'dist/fast/env.cjs')], env);
    expect(result.stderr).toBe(`${itself}\n`);
    expect(result.stdout !== '').toBe(itself);
    expect(await b2d(['env'], env)).toEqual(await byOclif(['env'], env));
  });
});

describe('what is wrong leaves stdout empty and is told as ever', () => {
  test.each<[string[], Record<string, string>, number]>([
    [['env', '--machine', 'off'], {}, 4], [['env', '--machine', 'vbox-off'], {}, 4], [['env', '--machine', 'none'], {}, 3], [['env', '--shell', 'bsh'], {}, 2], [['env', '--shel', 'sh'], {}, 2], [['env', 'x'], {}, 2],
    [['env', '--machine', '../x'], {}, 2], [['env'], { SHELL: '' }, 2], [['env'], { B2D_HOME: 'relative' }, 2], [['env', '--unset', '--no-proxy'], {}, 2],
  ])('%j with %j', async (args, env, code) => {
    const fast = await b2d(args, env);
    expect(fast).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(/^Error: /) });
    expect(fast).toEqual(await byOclif(args, env));
  });
});

describe('parseEnv', () => {
  test('reads the ordinary forms', () => {
    expect(parseEnv(['env', '-m', 'dev', '--shell=fish', '-u', '--no-proxy'])).toEqual({ machine: 'dev', shell: 'fish', unset: true, noProxy: true });
    expect(parseEnv(['shellinit'])).toEqual({ machine: undefined, shell: undefined, unset: false, noProxy: false });
  });

  test.each([
    ['up'], ['env', '--json'], ['env', '--help'], ['env', '--debug'], ['env', 'x'], ['env', '--'], ['env', '--machine'], ['env', '--machine', '--unset'], ['env', '--machine='],
    ['env', '-mdev'], ['env', '-m=dev'], ['env', '--unset=yes'], ['env', '-u', '--unset'], ['env', '--shell', 'sh', '--shell', 'fish'], ['env', '--shells', 'sh'], ['env', ''],
  ])('leaves %j %j %j to oclif', (...argv) => {
    expect(parseEnv(argv)).toBeUndefined();
  });
});
