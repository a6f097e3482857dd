import { isDeepStrictEqual } from 'node:util';
import { B2dError } from '../errors.ts';
import { makePrivateDirectory, readIfThere, writeAtomic } from '../platform/files.ts';
import { withLock } from '../platform/lock.ts';
import type { Platform } from '../platform/platform.ts';
import { noRegistries, parseRegistry, REGISTRY_LISTS, type Registries } from './registries.ts';

const VERSION = 1;
/** A change takes milliseconds. */
const LOCK_WAIT_MS = 30_000;

/** What `b2d registry add` keeps, for the machines of this B2D_HOME. */
export const registryFileOf = (platform: Platform, home: string): string => platform.path.join(home, 'registry.json');

/** Reads registry.json; where there is none, nothing is listed. @throws B2dError (stateUnreadable) for one that is damaged or of a newer b2d, (storage) */
export async function readRegistryFile(file: string): Promise<Registries> {
  const text = await readIfThere(file);
  if (text === undefined) return noRegistries();
  const value = parse(file, text);
  if (value['version'] !== VERSION) throw unreadable(file, `Its format version is ${JSON.stringify(value['version'])}; this b2d reads ${VERSION}.`);
  const entries = REGISTRY_LISTS.map((list) => {
    const found = value[list];
    if (!Array.isArray(found) || !found.every((entry) => typeof entry === 'string')) throw unreadable(file, `Its "${list}" is missing or no list of texts.`);
    return [list, found.map((entry: string) => parseRegistry(list, entry, file))];
  });
  return Object.fromEntries(entries) as Registries;
}

/** Changes registry.json, one b2d at a time. @returns whether anything changed */
export async function changeRegistryFile(platform: Platform, home: string, change: (before: Registries) => Registries): Promise<boolean> {
  const file = registryFileOf(platform, home);
  await makePrivateDirectory(platform, home);
  return withLock(platform, `${file}.lock`, { purpose: 'registry', waitMs: LOCK_WAIT_MS, busy: 'Another b2d changes the registries.' }, async () => {
    const before = await readRegistryFile(file);
    const after = change(before);
    if (isDeepStrictEqual(before, after)) return false;
    await writeAtomic(file, `${JSON.stringify({ version: VERSION, ...after }, null, 2)}\n`);
    return true;
  });
}

function parse(file: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    throw unreadable(file, 'It is not complete JSON: the disk may have been full, or an editor cut it.', error);
  }
  throw unreadable(file, 'It holds no lists.');
}

function unreadable(file: string, reason: string, cause?: unknown): B2dError {
  return new B2dError(`${file} cannot be read.`, { exit: 'stateUnreadable', reason, remedy: 'Mend it by hand, or move it away and add the registries again: b2d registry add --help', cause });
}
