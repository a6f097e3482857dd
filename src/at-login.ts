import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { usualHome } from './config/home.ts';
import { ExitCode } from './exit-codes.ts';
import { machinePaths } from './machine/paths.ts';
import { exists } from './platform/files.ts';
import { hostPlatform } from './platform/platform.ts';

/**
 * What `b2d autostart on` has the operating system run at login: `b2d up` for a machine that is there, with its output in the machine's autostart.log, which is begun anew each time.
 * It ends when `up` has, with the same exit code.
 */

/** A drive may be there, and a hypervisor ready, only some time after the login. */
const TRIES = 4;
const PAUSE_S = 15;
const LATER: readonly number[] = [ExitCode.machineAbsent, ExitCode.hypervisorMissing, ExitCode.hypervisorFailed];

const { values } = parseArgs({ options: { home: { type: 'string' }, machine: { type: 'string' }, pause: { type: 'string', default: String(PAUSE_S) } } });
const platform = hostPlatform();
const home = values.home ?? usualHome(platform);
const machine = values.machine;
if (!machine) throw new Error('b2d has the operating system start this program: b2d autostart on');
const paths = machinePaths(platform, home, machine);
const b2d = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'bin', 'b2d.js');

for (let tries = 1; ; tries++) {
  const code = await start(tries === 1);
  if (tries === TRIES || !LATER.includes(code)) process.exit(code);
  await sleep(Number(values.pause) * 1000);
}

/** `up` would make a machine where there is none. @returns the exit code */
async function start(anew: boolean): Promise<number> {
  if (!(await exists(paths.record))) {
    console.error(`b2d: there is no machine "${machine}" in ${home}`);
    return ExitCode.machineAbsent;
  }
  const log = fs.openSync(paths.loginLog, anew ? 'w' : 'a', 0o600); // cut, not removed: launchd has it open too
  fs.fchmodSync(log, 0o600);
  fs.writeSync(log, `${new Date().toISOString()} b2d up --machine ${machine}\n`);
  const code = await run(log);
  fs.writeSync(log, `${new Date().toISOString()} ended with ${code}\n`);
  fs.closeSync(log);
  return code;
}

/** The signals by which launchd and systemd end it are meant for `up`. */
function run(log: number): Promise<number> {
  const child = spawn(process.execPath, [b2d, 'up', '--machine', machine!], { cwd: home, env: { ...process.env, B2D_HOME: home }, stdio: ['ignore', log, log], windowsHide: true });
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, pass);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      fs.writeSync(log, `${error.message}\n`);
      resolve(ExitCode.failure);
    });
    child.once('exit', (code, signal) => {
      for (const each of signals) process.off(each, pass);
      resolve(code ?? (signal === null ? ExitCode.failure : ExitCode.interrupted));
    });
  });
}
