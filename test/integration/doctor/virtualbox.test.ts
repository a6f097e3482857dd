import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ReportedFinding, Report } from '../../../src/doctor/run.ts';
import { execute, TestHome } from '../../support/b2d.ts';
import { plainFolder } from '../../support/temp.ts';

const program = process.env['B2D_TEST_VBOXMANAGE'] ?? '';
let home: TestHome;
/** One for the whole file: a VBoxSVC that is still there from the test before knows no other. */
let virtualBoxHome: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  if (!program) throw new Error('B2D_TEST_VBOXMANAGE is not set: run the tests by `npm test`, which brings a VirtualBox.');
  home = await TestHome.create();
  virtualBoxHome = await plainFolder('b2d-vb');
  env = { VBOX_USER_HOME: virtualBoxHome, VBOX_TEST_USER: `doctor${process.pid}`, B2D_VIRTUALBOX_PROGRAM: program };
});
afterAll(async () => {
  for (const uuid of await registered()) await manage('unregistervm', uuid);
  await home.dispose();
  await fs.rm(virtualBoxHome, { recursive: true, force: true });
});

async function manage(...args: string[]): Promise<string> {
  const result = await execute(program, args, { env: { ...process.env, ...env } });
  return result.stdout + result.stderr;
}

async function registered(): Promise<string[]> {
  return [...(await manage('list', 'vms')).matchAll(/\{([0-9a-f-]{36})\}$/gm)].map(([, uuid]) => uuid as string);
}

async function doctor(check: string): Promise<ReportedFinding[]> {
  const { stdout } = await home.b2d(['doctor', '--json'], { env });
  return (JSON.parse(stdout) as Report).findings.filter((finding) => finding.check === check);
}

/** VirtualBox's service notices that a .vbox file is gone when it is started anew, for which it must have ended: after 5 s without a call. */
async function serviceStartedAnew(): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    await pause(6_000);
    if ((await manage('list', 'vms')).includes('<inaccessible>')) return;
  }
  throw new Error('VirtualBox does not notice that a .vbox file is gone.');
}

/** Registers a machine in the folder of the b2d machine of that name. @returns its UUID */
async function register(name: string, folder = path.join(home.home, 'machines', name, 'virtualbox')): Promise<string> {
  const text = await manage('createvm', '--name', `b2d-${name}`, '--basefolder', folder, '--register');
  return /^UUID: (\S+)$/m.exec(text)?.[1] ?? `no machine was made: ${text}`;
}

test('the real VirtualBox is found, with its version', async () => {
  expect(await doctor('virtualbox')).toMatchObject([{ message: expect.stringMatching(/^VirtualBox 7\./), details: [expect.stringContaining(program)] }]);
  expect(await doctor('leftover-machines')).toMatchObject([{ status: 'ok' }]);
});

test('with its interpreter it is the driver of a new machine, and nothing fails', async () => {
  const { code, stdout } = await home.b2d(['doctor', '--json'], { env: { ...env, B2D_VIRTUALBOX_MODIFYVM: '["--vm-execution-engine", "interpreter"]' } });
  const { findings } = JSON.parse(stdout) as Report;
  expect(findings.filter(({ status }) => status === 'fail')).toEqual([]);
  expect(findings.find(({ check }) => check === 'driver')).toMatchObject({ message: expect.stringMatching(/^A new machine gets virtualbox \(7\..*interpreter/) });
  expect(code).toBe(0);
});

test('machines that no machine.json knows are found, and the command named forgets them without deleting a file', async () => {
  const ghost = await register('ghost');
  const broken = await register('broken');
  await register('elsewhere', virtualBoxHome); // another B2D_HOME's
  await register('cut');
  await fs.writeFile(path.join(home.home, 'machines', 'cut', 'machine.json'), '{'); // it may be this one's
  await fs.rm(path.join(home.home, 'machines', 'broken', 'virtualbox', 'b2d-broken', 'b2d-broken.vbox'));
  await serviceStartedAnew();

  const found = await doctor('leftover-machines');
  expect(found.map(({ status, machine, details }) => ({ status, machine, details })).sort((a, b) => (String(a.machine) < String(b.machine) ? -1 : 1))).toEqual([
    { status: 'warn', machine: 'broken', details: [expect.stringContaining('b2d-broken.vbox')] },
    { status: 'warn', machine: 'ghost', details: [expect.stringContaining('b2d-ghost.vbox')] },
  ]);
  for (const finding of found) {
    const command = finding.remedy?.at(-1)?.replace(/^[^:]*: /, '') ?? '';
    expect(command).toMatch(/ unregistervm [0-9a-f-]{36}$/);
    expect(await execute('sh', ['-c', command], { env: { ...process.env, ...env } })).toMatchObject({ code: 0 });
  }
  expect(await doctor('leftover-machines')).toMatchObject([{ status: 'ok' }]);
  const left = await registered();
  expect([left.length, left.includes(ghost), left.includes(broken)]).toEqual([2, false, false]);
  await fs.access(path.join(home.home, 'machines', 'ghost', 'virtualbox', 'b2d-ghost', 'b2d-ghost.vbox'));
  await fs.rm(path.join(home.home, 'machines', 'cut', 'machine.json'));
});
