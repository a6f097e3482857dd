import { contextTls, listContexts, readContext, readMaterial, removeContext, writeContext, type ContextMeta } from '../engine/contexts.ts';
import { currentContext, setCurrentContext } from '../engine/docker-config.ts';
import { B2dError } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';
import { machineFlag } from './errors.ts';
import { dockerHost } from './loopback.ts';
import { engineEndpoint, type Machine } from './machine.ts';
import { clientName, DEFAULT_MACHINE } from './name.ts';
import { readRecord } from './record.ts';

/** What b2d writes into the Metadata of a context that it makes, below the key `b2d`: whose it is, and the endpoint that it wrote. */
interface Mark {
  /** The machine's UUID. */
  machine: string;
  /** Its machine.json, in whichever B2D_HOME. */
  record: string;
  host: string;
}

/**
 * Whose the context of a machine's name is. `own`: b2d made it for this machine; `left`: b2d made it for one that is gone; `other`: b2d made it for
 * one of another B2D_HOME; `foreign`: b2d did not make it, or it was changed since.
 */
export type ContextOwner = 'absent' | 'own' | 'left' | 'other' | 'foreign';

function markOf(meta: ContextMeta): Mark | undefined {
  const mark = meta.Metadata?.['b2d'] as Partial<Mark> | undefined;
  const whole = typeof mark?.machine === 'string' && typeof mark.record === 'string' && typeof mark.host === 'string';
  return whole && meta.Endpoints?.docker?.Host === mark.host ? (mark as Mark) : undefined;
}

async function ownerOf(meta: ContextMeta | undefined, uuid: string | undefined): Promise<ContextOwner> {
  if (meta === undefined) return 'absent';
  const mark = markOf(meta);
  if (mark === undefined) return 'foreign';
  if (mark.machine === uuid) return 'own';
  const there = await readRecord(mark.record).catch(() => undefined);
  return there?.uuid === mark.machine ? 'other' : 'left';
}

async function lookUp(platform: Platform, machine: string, uuid: string | undefined): Promise<{ name: string; owner: ContextOwner; meta?: ContextMeta }> {
  const name = clientName(machine);
  try {
    const meta = await readContext(platform, name);
    return { name, owner: await ownerOf(meta, uuid), ...(meta && { meta }) };
  } catch (error) {
    if (error instanceof B2dError) throw error;
    return { name, owner: 'foreign' }; // a damaged meta.json
  }
}

/**
 * Makes the docker context of a machine that was started, or brings its address and certificates up to date. Never the current one by itself.
 * @returns whether it was made just now
 * @throws B2dError (failure) when a context of that name is not b2d's, which is then left alone; (machineNotRunning) when it was never started; (storage)
 */
export async function refreshContext(platform: Platform, machine: Machine): Promise<boolean> {
  const { record, paths } = machine;
  const { name, owner } = await lookUp(platform, record.name, record.uuid);
  if (owner === 'foreign' || owner === 'other') throw notOurs(record.name, owner);
  const { port, certPath } = engineEndpoint(machine);
  const mark: Mark = { machine: record.uuid, record: paths.record, host: dockerHost(port) };
  const meta = { Name: name, Metadata: { Description: `b2d machine "${record.name}"`, b2d: mark }, Endpoints: { docker: { Host: mark.host, SkipTLSVerify: false } } };
  await writeContext(platform, meta, await readMaterial(platform, certPath));
  return owner !== 'own';
}

/**
 * Removes a machine's docker context. A current one stops being that first: the client would complain of a current context that is gone.
 * @param uuid the machine's, or undefined where it is gone
 * @returns whose it was; it was removed when that is `own`, or `left` with no machine of that name
 * @throws B2dError (stateUnreadable, storage)
 */
export async function dropContext(platform: Platform, machine: string, uuid: string | undefined): Promise<{ name: string; owner: ContextOwner; removed: boolean; wasCurrent: boolean }> {
  const { name, owner } = await lookUp(platform, machine, uuid);
  const removed = owner === 'own' || (owner === 'left' && uuid === undefined);
  const wasCurrent = removed && (await currentContext(withoutVariable(platform)))?.name === name;
  if (wasCurrent) await setCurrentContext(platform, undefined);
  if (removed) await removeContext(platform, name);
  return { name, owner, removed, wasCurrent };
}

/** What config.json says, whatever DOCKER_CONTEXT is in this shell. */
function withoutVariable(platform: Platform): Platform {
  return { ...platform, env: { ...platform.env, DOCKER_CONTEXT: undefined } };
}

/** A context that b2d made, or may not make, for the commands that show contexts. */
export interface ContextRow {
  context: string;
  machine: string;
  /** `ok`; `stale`: its address or certificates are not the machine's (any more); `left`: its machine is gone; else as `ContextOwner`. */
  state: 'ok' | 'stale' | Exclude<ContextOwner, 'own'>;
  /** Whether docker commands in this shell use it. */
  active: boolean;
  dockerHost?: string;
}

/** The context of a machine as it is. */
export async function describeContext(platform: Platform, { record, paths }: Machine): Promise<ContextRow> {
  const { name, owner, meta } = await lookUp(platform, record.name, record.uuid);
  const host = meta?.Endpoints?.docker?.Host;
  return { context: name, machine: record.name, state: owner === 'own' ? await freshness() : owner, active: await isActive(platform, name), ...(host !== undefined && { dockerHost: host }) };

  async function freshness(): Promise<'ok' | 'stale'> {
    if (record.ports.docker === undefined || host !== dockerHost(record.ports.docker)) return 'stale';
    const [written, present] = await Promise.all([readMaterial(platform, contextTls(platform, name)), readMaterial(platform, paths.docker)]).catch(() => []);
    return written !== undefined && JSON.stringify(written) === JSON.stringify(present) ? 'ok' : 'stale';
  }
}

/** The contexts that b2d made for machines that are gone. */
export async function contextsLeft(platform: Platform): Promise<ContextRow[]> {
  const rows: ContextRow[] = [];
  for (const meta of await listContexts(platform)) {
    const mark = markOf(meta);
    if (mark === undefined || (await ownerOf(meta, undefined)) !== 'left') continue;
    rows.push({ context: meta.Name, machine: meta.Name.replace(/^b2d-?/, '') || DEFAULT_MACHINE, state: 'left', active: await isActive(platform, meta.Name), dockerHost: mark.host });
  }
  return rows;
}

async function isActive(platform: Platform, name: string): Promise<boolean> {
  return !platform.env['DOCKER_HOST'] && (await currentContext(platform))?.name === name;
}

/** Why the context is not used in this shell though it is the current one; undefined where it is used. */
export function overriddenBy({ env }: Platform, name: string): string | undefined {
  if (env['DOCKER_HOST']) return `DOCKER_HOST is set in this shell (${env['DOCKER_HOST']}), and counts more than any context.`;
  if (env['DOCKER_CONTEXT'] && env['DOCKER_CONTEXT'] !== name) return `DOCKER_CONTEXT is set in this shell (${env['DOCKER_CONTEXT']}), and counts more than the current context.`;
  return undefined;
}

/** The error where a context of b2d's name belongs to somebody else. */
export function notOurs(machine: string, owner: ContextOwner): B2dError {
  const name = clientName(machine);
  return new B2dError(`The docker context "${name}" is ${owner === 'other' ? 'that of a machine of another B2D_HOME' : 'not b2d\'s, or was changed since b2d made it'}. It was left alone.`, {
    exit: 'failure',
    remedy: [`To have b2d's instead: docker context rm ${name}, then b2d up${machineFlag(machine)}`, 'To do without: context = "off" in config.toml'],
  });
}
