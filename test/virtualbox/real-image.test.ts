import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { hostPlatform } from '../../src/platform/platform.ts';
import { openVirtualBox } from '../../src/virtualbox/index.ts';
import { TestHome } from '../support/b2d.ts';
import { BUSYBOX, importBusybox } from '../support/busybox-image.ts';
import { eventually } from '../support/eventually.ts';
import { serve } from '../support/http-faults.ts';
import { SUSPENDING_INTERPRETER } from '../support/virtualbox/interpreter.ts';

/**
 * The real image in real VirtualBox, by b2d alone. Where VirtualBox has its kernel module (B2D_TEST_VBOXMANAGE names an installed one)
 * this takes a minute; else the guest runs on VirtualBox's interpreter, some hundred times slower. The tests build on each other.
 */
let home: TestHome;

jest.setTimeout(3 * 3600_000); // the interpreter on a busy machine

beforeAll(async () => {
  home = await TestHome.create();
  Object.assign(home.env, { B2D_DRIVER: 'virtualbox', B2D_READY_TIMEOUT: '7200', B2D_MEMORY: '1024', B2D_CPUS: '1', ...virtualBox() });
});
afterAll(() => home.dispose());

/** The interpreter has to be chosen where the kernel module is missing; b2d never does that by itself. */
function virtualBox(): NodeJS.ProcessEnv {
  const own = process.env['B2D_TEST_VIRTUALBOX_MODULE'] === 'yes';
  const isolated = { VBOX_USER_HOME: path.join(path.dirname(home.home), 'virtualbox'), VBOX_TEST_USER: `b2d-image-${process.pid}` };
  const program = { B2D_VIRTUALBOX_PROGRAM: process.env['B2D_TEST_VBOXMANAGE'] };
  return own ? program : { ...program, ...isolated, B2D_VIRTUALBOX_MODIFYVM: SUSPENDING_INTERPRETER };
}

const machineFile = (name: string): string => path.join(home.home, 'machines', 'default', name);
const folder = (name: string): string => path.join(path.dirname(home.home), 'shared', name);

/** Prints each line of the guest's own with the seconds since now, until it is ended. Each start begins the console anew. */
async function followConsole(): Promise<() => Promise<void>> {
  const began = Date.now();
  const file = machineFile('console.log');
  await fs.rm(file, { force: true });
  let going = true;
  let shown = 0;
  const look = async (): Promise<void> => {
    const lines = (await fs.readFile(file, 'utf8').catch(() => '')).split(/\r?\n/).slice(0, -1).filter((line) => line.startsWith('b2d: '));
    for (const line of lines.slice(shown)) phase(began, line);
    shown = lines.length;
  };
  const loop = (async () => {
    for (; going; await sleep(500)) await look();
    await look();
  })();
  return async () => {
    going = false;
    await loop;
  };
}

function phase(began: number, what: string): void {
  process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(8)} s  ${what}\n`);
}

test('folders are shared before the first start', async () => {
  await home.must(['init']);
  for (const name of [folder('Jörg, "zwei" $HOME'), folder('read only')]) {
    await fs.mkdir(name, { recursive: true });
    await fs.writeFile(path.join(name, 'größe'), 'from the host\n');
  }
  await home.must(['share', 'add', folder('Jörg, "zwei" $HOME')]);
  await home.must(['share', 'add', folder('read only'), '--at', '/c/Users/Jörg Müller', '--read-only', '--uid', '33', '--gid', '0']);
});

test('b2d up ends with an engine that answers over TLS through the NAT rule', async () => {
  const began = Date.now();
  const stop = await followConsole();
  const { code, stderr } = await home.b2d(['up']);
  await stop();
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.not.stringContaining('not mounted') });
  const version = await home.docker(['version', '--format', '{{.Server.Version}} {{.Server.Os}}']);
  phase(began, `docker version: ${version.stdout.trim()}`);
  expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\S* linux\n$/) });
});

test('shared folders are mounted by vboxsf: files go both ways, and none into a read-only one', async () => {
  const began = Date.now();
  expect(JSON.parse(await home.must(['share', 'list', '--json']))).toMatchObject({ shares: [{ guestPath: '/c/Users/Jörg Müller', readOnly: true, state: 'mounted' }, { guestPath: folder('Jörg, "zwei" $HOME'), state: 'mounted' }] });
  const commands = ['cat größe', 'echo from the guest > "日本, \\"x\\""', 'mkdir -p a/b', 'cat "/c/Users/Jörg Müller/größe"', 'mount -t vboxsf | grep -c vboxsf', 'stat -c %u:%g . "/c/Users/Jörg Müller/größe"', '! touch "/c/Users/Jörg Müller/new" 2>/dev/null'];
  expect(await home.must(['ssh', `cd '${folder('Jörg, "zwei" $HOME')}' && ${commands.join(' && ')}`])).toBe('from the host\nfrom the host\n2\n1000:1000\n33:0\n');
  phase(began, 'files read and written over SSH');
  expect(await fs.readFile(path.join(folder('Jörg, "zwei" $HOME'), '日本, "x"'), 'utf8')).toBe('from the guest\n');
  expect(await fs.readdir(path.join(folder('Jörg, "zwei" $HOME'), 'a'))).toEqual(['b']);
  expect(await fs.readdir(folder('read only'))).toEqual(['größe']);
});

test('a server on this computer’s 127.0.0.1 answers at host.docker.internal', async () => {
  const server = await serve((_, response) => response.end('from the host\n'));
  try {
    expect(await home.must(['ssh', `wget -qO- -T 300 http://host.docker.internal:${server.port}/`])).toBe('from the host\n');
  } finally {
    await server.close();
  }
});

test('a container runs', async () => {
  const began = Date.now();
  await importBusybox(home);
  phase(began, 'docker import over SSH');
  expect(await home.docker(['run', '--rm', '-v', 'kept:/v', BUSYBOX, 'sh', '-c', 'echo precious | tee /v/file'])).toMatchObject({ code: 0, stdout: 'precious\n' });
  phase(began, 'docker run');
});

test('suspended and resumed, the engine answers and the clock is right', async () => {
  const began = Date.now();
  await home.must(['suspend']);
  phase(began, 'suspended');
  expect(await home.must(['status'])).toMatch(/^saved\n/);
  await sleep(30_000);
  await home.must(['up']);
  phase(began, 'resumed: the engine answers');
  await expectRightClock();
  phase(began, 'ssh date');
});

test('paused in VirtualBox, as a laptop that sleeps does it, the guest finds its clock again by itself', async () => {
  const began = Date.now();
  const { uuid } = JSON.parse(await fs.readFile(machineFile('machine.json'), 'utf8')) as { uuid: string };
  const vbox = openVirtualBox({ ...hostPlatform(), env: { ...process.env, ...home.env } }, String(process.env['B2D_TEST_VBOXMANAGE']));
  await vbox.pause(uuid);
  await sleep(60_000);
  await vbox.resume(uuid);
  await eventually(async () => expect(await fs.readFile(machineFile('console.log'), 'utf8')).toMatch(/clock stepped by (5[5-9]|[67]\d) s/), 900_000);
  phase(began, 'clock stepped');
  await expectRightClock();
});

async function expectRightClock(): Promise<void> {
  const before = Date.now() / 1000;
  const guest = Number(await home.must(['ssh', 'date +%s']));
  const after = Date.now() / 1000; // the command itself takes many seconds on the interpreter
  expect(guest).toBeGreaterThan(before - 3); // whole seconds, and two are good enough
  expect(guest).toBeLessThan(after + 2);
}

test('shut down in order and started again, the volume is there', async () => {
  const began = Date.now();
  await home.must(['down']);
  phase(began, 'down');
  expect(await home.must(['status'])).toMatch(/^stopped\n/);
  const stop = await followConsole();
  await home.must(['up']);
  await stop();
  expect(await home.docker(['run', '--rm', '-v', 'kept:/v', BUSYBOX, 'cat', '/v/file'])).toMatchObject({ code: 0, stdout: 'precious\n' });
  phase(began, 'docker run after a second start');
});

test('deleted, nothing is left', async () => {
  await home.must(['delete', '--yes']);
  expect(await fs.readdir(path.join(home.home, 'machines'))).toEqual([]);
});
