import { autostarterFor, type AutostartEntry } from '../autostart/autostarter.ts';
import { lastingNode, loginPath, type LoginStart } from '../autostart/start.ts';
import { B2dError } from '../errors.ts';
import { exists } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { machineAbsent, machineFlag } from './errors.ts';
import { isMachineName } from './name.ts';
import { machinePaths } from './paths.ts';
import { readRecord } from './record.ts';
import type { Workspace } from './workspace.ts';

type Surroundings = Pick<Workspace, 'platform' | 'home' | 'packageRoot'>;

/**
 * `on`: started at login; `stale`: there, but not as this b2d would make it, `idle`: there, but switched off in the operating system, so that `on` renews it; `left`: of a machine
 * that is gone; `other`: of a machine of another B2D_HOME; `foreign`: b2d did not make it. These two are never touched.
 */
export type AutostartState = 'off' | 'on' | 'stale' | 'idle' | 'left' | 'other' | 'foreign';

/** Whether a machine is started at login. */
export interface AutostartStatus {
  name: string;
  state: AutostartState;
  /** The file, or the value of the registry, that is there or would be. */
  entry: string;
  /** What is the matter, where it is neither on nor off. */
  reason?: string;
  /** What is started, of an entry of b2d's, and the B2D_HOME that it is for. */
  program?: string;
  home?: string;
  /** The output of the last start at login. */
  log: string;
}

/** How it is, for a machine that may be gone. @throws B2dError (storage, failure) where the operating system does not tell */
export async function autostartStatus(workspace: Surroundings, name: string): Promise<AutostartStatus> {
  const { platform, home } = workspace;
  const autostarter = autostarterFor(platform);
  const paths = machinePaths(platform, home, name);
  const entry = await autostarter.read(name);
  const found: Judgement = entry === undefined ? { state: 'off' } : await judge(workspace, name, entry);
  return { name, ...found, entry: autostarter.where(name), ...(entry?.start && { program: entry.start.program, home: entry.start.home }), log: paths.loginLog };
}

type Judgement = Pick<AutostartStatus, 'state' | 'reason'>;

async function judge({ platform, home, packageRoot }: Surroundings, name: string, { start, unchanged, idle }: AutostartEntry): Promise<Judgement> {
  if (start === undefined || start.machine !== name) return { state: 'foreign', reason: 'b2d did not make it.' };
  const gone = !(await isThere(platform, start));
  if (start.home !== home && !gone) return { state: 'other', reason: `It is for the machine of that name in ${start.home}.` };
  if (gone) return { state: 'left', reason: `It is for a machine that is not there (any more)${start.home === home ? '' : `, in ${start.home}`}.` };
  for (const file of [start.node, start.program]) if (!(await exists(file))) return { state: 'stale', reason: `It names ${file}, which is not there.` };
  if (start.program !== loginProgram(platform, packageRoot)) return { state: 'stale', reason: 'It starts another b2d than this.' };
  if (!unchanged) return { state: 'stale', reason: 'It was changed, or made by another version of b2d.' };
  return idle === undefined ? { state: 'on' } : { state: 'idle', reason: idle };
}

/** A machine.json that cannot be read counts as a machine. */
async function isThere(platform: Platform, { home, machine }: LoginStart): Promise<boolean> {
  return readRecord(machinePaths(platform, home, machine).record).then((record) => record !== undefined, () => true);
}

function loginProgram({ path }: Platform, packageRoot: string): string {
  return path.join(packageRoot, 'dist', 'at-login.js');
}

/**
 * Lets the machine be started at login, by this b2d. The caller holds the machine's lock. Killed anywhere, the next call finishes it.
 * @returns whether that changed anything, and what the user should know
 * @throws B2dError (machineAbsent), (failure) where the entry is not this machine's, and as `Autostarter.write`
 */
export async function autostartOn(workspace: Surroundings, name: string): Promise<{ changed: boolean; notes: string[] }> {
  const { platform, home, packageRoot } = workspace;
  const paths = machinePaths(platform, home, name);
  if ((await readRecord(paths.record)) === undefined) throw machineAbsent(name);
  const before = await autostartStatus(workspace, name);
  if (before.state === 'other' || before.state === 'foreign') throw notOurs(before);
  const start: LoginStart = { machine: name, home, node: await lastingNode(process.execPath), program: loginProgram(platform, packageRoot), path: loginPath(platform), log: paths.loginLog };
  const notes = await autostarterFor(platform).write(start);
  return { changed: before.state !== 'on', notes: [...notes, ...missingAtLogin(platform)] };
}

/**
 * Takes that back, also what is left of it, and of a machine that is gone. The machine goes on as it is.
 * @returns how it was before; an entry that is not this machine's is left alone
 * @throws B2dError as `Autostarter.remove`
 */
export async function autostartOff(workspace: Surroundings, name: string): Promise<AutostartStatus> {
  const before = await autostartStatus(workspace, name);
  await remove(workspace, before);
  return before;
}

/** Removes the entry of a machine that is deleted: not one of another B2D_HOME, whose drive may only not be there. */
export async function dropAutostart(workspace: Surroundings, name: string): Promise<void> {
  const status = await autostartStatus(workspace, name);
  if (status.home === undefined || status.home === workspace.home) await remove(workspace, status);
}

async function remove({ platform }: Surroundings, { name, state }: AutostartStatus): Promise<void> {
  if (state !== 'other' && state !== 'foreign') await autostarterFor(platform).remove(name);
}

/** The entries, whatever machine they are for. */
export async function listAutostart(workspace: Surroundings): Promise<AutostartStatus[]> {
  const names = (await autostarterFor(workspace.platform).list()).filter(isMachineName);
  return Promise.all(names.map((name) => autostartStatus(workspace, name)));
}

/** The error where the entry of that name is not this machine's. */
export function notOurs({ name, entry, reason }: AutostartStatus): B2dError {
  return new B2dError(`${entry} was left alone.`, {
    ...(reason && { reason }),
    remedy: [`Remove it by hand, then: b2d autostart on${machineFlag(name)}`, 'Or give the machine another name'],
  });
}

/** Variables that matter to `b2d up` and are set in this shell, but in no session from its beginning. By name only: a proxy's address may hold a password. */
function missingAtLogin({ env }: Platform): string[] {
  const names = Object.keys(env).filter((name) => env[name] && /^(B2D_(?!HOME$|MACHINE$)\w+|https?_proxy|all_proxy|no_proxy|DOCKER_CONFIG|VBOX_USER_HOME)$/i.test(name)).sort();
  return names.length === 0 ? [] : [`Set in this shell, and perhaps not at login: ${names.join(', ')}. Settings that are to count there belong in config.toml:  b2d config`];
}
