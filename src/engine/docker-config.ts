import fs from 'node:fs/promises';
import { B2dError, codeOf } from '../errors.ts';
import { readIfThere, replaceContent, storageError } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';

/** The docker client's own folder: https://docs.docker.com/reference/cli/docker/#configuration-files */
export function dockerDirectory({ env, homeDir, path }: Platform): string {
  return env['DOCKER_CONFIG'] || path.join(homeDir, '.docker');
}

/** The docker client's settings. */
export function dockerConfigFile(platform: Platform): string {
  return platform.path.join(dockerDirectory(platform), 'config.json');
}

/** The name that stands for "no context": what the client does without one. */
const NO_CONTEXT = 'default';

/**
 * The context other than the default one that the docker client would use without DOCKER_HOST, and what says so.
 * https://docs.docker.com/engine/manage-resources/contexts/
 */
export async function currentContext(platform: Platform): Promise<{ name: string; by: string } | undefined> {
  const other = (name: unknown, by: string) => (typeof name === 'string' && name !== '' && name !== NO_CONTEXT ? { name, by } : undefined);
  const variable = platform.env['DOCKER_CONTEXT'];
  if (variable) return other(variable, 'the variable DOCKER_CONTEXT');
  const file = dockerConfigFile(platform);
  try {
    const config = JSON.parse((await readIfThere(file)) ?? '{}') as { currentContext?: unknown };
    return other(config.currentContext, file);
  } catch {
    return undefined; // the client itself complains of a broken file
  }
}

/**
 * Makes a context the current one, as `docker context use` does, or with undefined none. Every other setting is kept; a file that
 * is a link stays one, and keeps its rights.
 * @returns the current context before, as the file has it
 * @throws B2dError (stateUnreadable) when the file is not what the client could read: it is left as it is; (storage)
 */
export async function setCurrentContext(platform: Platform, name: string | undefined): Promise<string | undefined> {
  const file = dockerConfigFile(platform);
  const { currentContext: before, ...config } = await readConfig(file);
  const after = name === undefined || name === NO_CONTEXT ? undefined : name;
  if (before !== after) {
    await fs.mkdir(dockerDirectory(platform), { recursive: true, mode: 0o700 }).catch((error: unknown) => { throw storageError('make the folder', dockerDirectory(platform), error); });
    await replaceContent(file, goJson({ ...config, ...(after !== undefined && { currentContext: after }) }, '\t'), 0o600);
  }
  return typeof before === 'string' && before !== '' ? before : undefined;
}

/** Numbers stay as they are written: JSON.rawJSON and the reviver's source are in V8 since 11.4, TypeScript does not know them yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
const exactNumbers = ((_: string, value: unknown, { source }: { source: string }) => (typeof value === 'number' ? rawJSON(source) : value)) as unknown as Parameters<typeof JSON.parse>[1];

async function readConfig(file: string): Promise<Record<string, unknown>> {
  const bytes = await fs.readFile(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return Buffer.alloc(0);
    throw storageError('read', file, error);
  });
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes); // the client takes no byte order mark either
    const config: unknown = text.trim() === '' ? {} : JSON.parse(text, exactNumbers);
    if (typeof config !== 'object' || config === null || Array.isArray(config)) throw new TypeError('it is not an object');
    return config as Record<string, unknown>;
  } catch (error) {
    throw new B2dError(`${file} is not what the docker client could read.`, {
      exit: 'stateUnreadable', reason: `It is not JSON in UTF-8 (${(error as Error).message}). It was left as it is.`, remedy: 'Correct it, or move it away; the docker client then makes a new one.', cause: error,
    });
  }
}

/** JSON as Go's encoder writes it, which the docker client is built with: https://pkg.go.dev/encoding/json#Marshal */
export function goJson(value: unknown, indent = ''): string {
  return JSON.stringify(value, null, indent).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
