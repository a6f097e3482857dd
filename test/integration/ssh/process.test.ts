import { spawn, type ChildProcess, type SpawnOptionsWithoutStdio } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Collector, startGuest, type TestGuest } from '../../support/sshd-client.ts';
import { tool } from '../../support/tools.ts';

let guest: TestGuest;
const children: ChildProcess[] = [];

beforeAll(async () => {
  guest = await startGuest('openssh');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => guest?.close());

const program = path.resolve('test/support/sshd-session.ts');
const sessionArgs = (...rest: string[]): string[] => [program, String(guest.port), guest.user, guest.keys.paths.userKey, guest.keys.hostPublicKey, ...rest];

function start(file: string, args: string[], options: SpawnOptionsWithoutStdio = {}) {
  const child = spawn(file, args, { ...options, env: { ...process.env, NODE_OPTIONS: '', ...options.env } });
  children.push(child);
  const [stdout, stderr] = [new Collector(), new Collector()];
  child.stdout.pipe(stdout);
  child.stderr.pipe(stderr);
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, stdout, stderr, code };
}

test('the process ends with the command though its standard input stays open', async () => {
  const { stdout, code, stderr } = start(process.execPath, sessionArgs('plain', 'echo done; exit 4'));
  expect([await code, stdout.text, stderr.text]).toEqual([4, 'done\n', '']);
});

test('a file on standard input ends when it ends', async () => {
  const { child, stdout, code } = start(process.execPath, sessionArgs('plain', 'cat'));
  child.stdin.end('from a file\n');
  expect([await code, stdout.text]).toEqual([0, 'from a file\n']);
});

test('a reader that goes away ends the process', async () => {
  const { child, code } = start(process.execPath, sessionArgs('plain', 'yes'));
  child.stdout.once('data', () => child.stdout.destroy());
  expect(await code).toBe(141);
});

test('on a real terminal: raw while the shell runs, its settings as before afterwards', async () => {
  const settings = path.join(guest.folder, 'settings');
  const file = path.join(guest.folder, 'run.sh');
  const quoted = [process.execPath, ...sessionArgs('terminal')].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  await fs.writeFile(file, `stty rows 41 cols 87; stty -g > settings.before\n${quoted}\ncode=$?; stty -g > settings.after; echo "ended $code"\n`);
  const script = tool('script', 'bsdutils');
  const { child, stdout } = start(script, ['-q', '-c', 'sh ./run.sh', '/dev/null'], { cwd: guest.folder, env: { TERM: 'vt220', SHELL: '/bin/sh' } });
  await stdout.until(/./); // the remote shell's prompt, whatever it looks like
  child.stdin.write('echo "<$(stty size) $TERM>"\r');
  await stdout.until(/<41 87 vt220>/);
  child.stdin.write('exit 6\r');
  await stdout.until(/ended 6/);
  expect(await fs.readFile(`${settings}.after`, 'utf8')).toBe(await fs.readFile(`${settings}.before`, 'utf8'));
});
