import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { carriesMark, killProven, type ProcessMark } from '../drivers/process-identity.ts';
import { B2dError, messageOf } from '../errors.ts';
import { lockHolder } from '../platform/lock.ts';
import { isPortRule, type Bind } from '../ports/plan.ts';
import { readForwarderState, type ForwarderState } from '../ports/state.ts';
import { version } from '../version.ts';
import type { Machine } from './machine.ts';
import type { MachinePaths } from './paths.ts';
import type { Workspace } from './workspace.ts';

/** The background process that follows a machine's published ports, as a workspace starts it. */
export interface ForwarderProgram {
  /** The built src/port-forwarder.ts. */
  program: string;
  bind: Bind;
}

/** Whether a machine's forwarder runs, by its lock, and what it says of itself. */
export type ForwarderStatus = ({ running: true } & ForwarderState) | { running: false };

/** Node is up within a fraction of it; a busy computer takes its time. */
const START_MS = 15_000;
/** Where it cannot be killed it ends by itself, at its next look at a machine that is off. */
const END_MS = 15_000;
const POLL_MS = 25;

/** Whether the forwarder runs. One that has only just got its lock, and not yet said anything, counts as not running. */
export async function forwarderStatus(paths: MachinePaths): Promise<ForwarderStatus> {
  const state = await readForwarderState(paths.forwarderState);
  return state === undefined || (await lockHolder(paths.forwarderLock)) === undefined ? { running: false } : { running: true, ...state };
}

/**
 * Sees to it that the running machine has its forwarder, of this b2d's version and settings; `anew` where the rules in force were made without it. Where ports are not
 * to be forwarded, it ends the forwarder and takes its rules back. The machine works without it, so a failure is a note.
 */
export async function ensureForwarder(workspace: Workspace, machine: Machine, { anew }: { anew: boolean }): Promise<void> {
  try {
    const wanted = workspace.forwarder;
    const status = await forwarderStatus(machine.paths);
    if (!anew && wanted && status.running && status.version === version && status.bind === wanted.bind) return;
    await endForwarder(workspace, machine);
    if (wanted !== undefined) await launch(workspace, machine, wanted);
    else for (const rule of (await machine.driver.forwards(machine.spec)).filter(isPortRule)) await machine.driver.unforward(machine.spec, rule.name);
  } catch (error) {
    workspace.progress.note(`Published ports are not forwarded to this computer: ${messageOf(error)}${error instanceof B2dError && error.reason ? ` ${error.reason}` : ''}`);
  }
}

/**
 * Ends the machine's forwarder, and returns when it is gone. It is killed, which it is made for: the operating system takes its lock back, and the next one finds out what is to do.
 * @throws B2dError (busy) when it cannot be ended
 */
export async function endForwarder({ platform }: Pick<Workspace, 'platform'>, { paths, record }: Machine): Promise<void> {
  if ((await lockHolder(paths.forwarderLock)) !== undefined) {
    const pid = (await readForwarderState(paths.forwarderState))?.pid;
    if (pid !== undefined && (await carriesMark(platform, pid, markOf(record.uuid)))) killProven(pid);
    for (const deadline = Date.now() + END_MS; (await lockHolder(paths.forwarderLock)) !== undefined; await sleep(POLL_MS)) {
      if (Date.now() < deadline) continue;
      throw new B2dError(`The port forwarder of "${record.name}" does not end.`, { exit: 'busy', remedy: `End its process by hand${pid === undefined ? '' : ` (${pid})`}.` });
    }
  }
  await fs.rm(paths.forwarderState, { force: true });
}

/** How the forwarder shows on its command line. Not by the words of a hypervisor's process: `-uuid`. */
function markOf(uuid: string): ProcessMark {
  return { words: `--ports-of ${uuid}`, program: 'node' };
}

/** Starts it in its own session, so that neither b2d's end nor a Ctrl-C in its terminal reaches it, and returns when it has its lock. */
async function launch({ platform, home }: Workspace, { paths, record }: Machine, { program, bind }: ForwarderProgram): Promise<void> {
  const { NODE_OPTIONS: _, ...env } = platform.env; // what they debug or load is not for a process that stays
  const log = await fs.open(paths.forwarderLog, 'a', 0o600);
  let end: string | undefined;
  const child = spawn(process.execPath, [program, '--ports-of', record.uuid, '--home', home, '--machine', record.name, '--bind', bind], {
    cwd: home, env, detached: true, windowsHide: true, stdio: ['ignore', log.fd, log.fd],
  });
  child.once('error', (error) => (end ??= error.message)).once('exit', (code, signal) => (end ??= `it ended with ${signal ?? `code ${code}`}`));
  child.unref();
  await log.close();
  for (const deadline = Date.now() + START_MS; (await readForwarderState(paths.forwarderState))?.pid !== child.pid; await sleep(POLL_MS)) {
    if (Date.now() >= deadline) end ??= 'it does not come up';
    if (end !== undefined) throw new B2dError('the process that does it could not be started.', { reason: `(${end}; ${paths.forwarderLog} may say why)` });
  }
}
