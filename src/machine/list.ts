import { setTimeout as pause } from 'node:timers/promises';
import type { MachineState } from '../drivers/driver.ts';
import { currentContext } from '../engine/docker-config.ts';
import { B2dError, messageOf } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';
import { findMachines, type MachineEntry } from './find.ts';
import { dockerHost } from './loopback.ts';
import { clientName } from './name.ts';
import { machineStatus } from './status.ts';
import type { Workspace } from './workspace.ts';

/** A machine as `b2d ls` shows it. */
export interface MachineRow {
  name: string;
  /** How docker commands in this shell come to use it: by `DOCKER_HOST`, or by the current `context`; null where they do not. */
  active: 'environment' | 'context' | null;
  driver: string | null;
  /** `error`: its machine.json cannot be read; `timeout`: the hypervisor did not answer in time. */
  state: MachineState | 'error' | 'timeout';
  /** DOCKER_HOST, of a machine that runs. */
  url: string | null;
  /** The engine's version, of a machine that runs and answers. */
  docker: string | null;
  error: string | null;
}

export interface ListOptions {
  /** Milliseconds that each machine has to answer; they are all asked at once. */
  timeoutMs: number;
}

/** All machines, by name. Never throws for one that hangs or whose files are damaged: that is its row. */
export async function listRows(workspace: Workspace, { timeoutMs }: ListOptions): Promise<MachineRow[]> {
  const context = (await currentContext(workspace.platform))?.name;
  const entries = await findMachines(workspace);
  return Promise.all(entries.map((entry) => rowOf(workspace.platform, entry, context, timeoutMs)));
}

async function rowOf({ env }: Platform, entry: MachineEntry, context: string | undefined, timeoutMs: number): Promise<MachineRow> {
  const row: MachineRow = { name: entry.name, active: null, driver: null, state: 'error', url: null, docker: null, error: null };
  if ('problem' in entry) return { ...row, error: sentence(entry.problem) };
  const { record } = entry.machine;
  const port = record.ports.docker;
  const active = env['DOCKER_HOST'] ? (port !== undefined && env['DOCKER_HOST'] === dockerHost(port) ? 'environment' : null) : context === clientName(record.name) ? 'context' : null;
  const known = { ...row, active, driver: record.driver } as const;
  const abandoned = new AbortController();
  try {
    const late = pause(timeoutMs, undefined, { signal: abandoned.signal, ref: false }).catch(() => undefined);
    const status = await Promise.race([machineStatus(entry.machine), late]);
    if (status === undefined) return { ...known, state: 'timeout', error: `No answer within ${timeoutMs / 1000} seconds.` };
    const { state, detail, engine } = status;
    const error = engine !== undefined && 'error' in engine ? `The engine does not answer: ${engine.error}` : (detail ?? null);
    return { ...known, state, url: status.dockerHost ?? null, docker: engine !== undefined && 'version' in engine ? engine.version : null, error };
  } catch (error) {
    return { ...known, error: sentence(error) };
  } finally {
    abandoned.abort();
  }
}

function sentence(error: unknown): string {
  return error instanceof B2dError ? [error.message, error.reason].filter(Boolean).join(' ') : messageOf(error);
}

/** What `--filter` asks for: rows are shown that match one of the values of each key. */
export type Filter = Partial<Record<'name' | 'state' | 'driver' | 'active', string[]>>;

const KEYS = ['name', 'state', 'driver', 'active'] as const;

/** Reads `KEY=VALUE` words. @throws B2dError (usage) */
export function parseFilters(words: readonly string[]): Filter {
  const filter: Filter = {};
  for (const word of words) {
    const [, key, value] = /^(\w+)=(.+)$/.exec(word) ?? [];
    const known = KEYS.find((name) => name === key);
    if (known === undefined || value === undefined) throw new B2dError(`"${word}" is not possible for --filter.`, { exit: 'usage', reason: `It must be KEY=VALUE, with one of the keys ${KEYS.join(', ')}.`, remedy: 'b2d ls --filter state=running' });
    if (known === 'name') toPattern(value);
    (filter[known] ??= []).push(value);
  }
  return filter;
}

/** A name is a regular expression, as with docker-machine. */
function toPattern(value: string): RegExp {
  try {
    return new RegExp(value);
  } catch (error) {
    throw new B2dError(`"${value}" is no regular expression.`, { exit: 'usage', reason: messageOf(error), remedy: 'b2d ls --filter name=dev' });
  }
}

/** Whether a row is asked for. */
export function matches(row: MachineRow, filter: Filter): boolean {
  const tests: Record<keyof Filter, (value: string) => boolean> = {
    name: (value) => toPattern(value).test(row.name),
    state: (value) => value.toLowerCase() === row.state,
    driver: (value) => value.toLowerCase() === row.driver,
    active: (value) => /^(true|yes|1|\*)$/i.test(value) === (row.active !== null),
  };
  return KEYS.every((key) => filter[key]?.some((value) => tests[key](value)) ?? true);
}
