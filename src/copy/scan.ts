import { B2dError } from '../errors.ts';
import type { Attributes, Files } from './files.ts';
import { isEntryName, staysInside } from './names.ts';

/** Something to copy. */
export interface Entry {
  /** On the side it comes from. */
  path: string;
  /** Its place below what is copied; none for that itself. */
  below: readonly string[];
  attributes: Attributes;
  /** Of a link: where it leads. */
  target?: string;
}

/** Something that is not copied, and why, as a sentence. */
export interface Refused {
  path: string;
  reason: string;
}

export interface Scan {
  /** Folders before what is in them. */
  entries: Entry[];
  refused: Refused[];
}

/** Longer paths exist on no Linux (PATH_MAX) but are easily listed by a server that has a folder in itself without end. */
const MAX_PATH = 4096;

/**
 * Finds everything below a path, which may itself be a link to it. What the other side cannot have, what leads out of the folder, and what cannot be read is refused.
 * @throws B2dError (security) for names that no file system has, which would lead out of the folder; (interrupted) by the signal
 */
export async function scan(from: Files, to: Files, path: string, attributes: Attributes, signal: AbortSignal): Promise<Scan> {
  const found: Scan = { entries: [], refused: [] };
  const visit = async (entry: Entry): Promise<void> => {
    signal.throwIfAborted();
    const { kind } = entry.attributes;
    if (kind === 'other') return void found.refused.push({ path: entry.path, reason: 'It is a device, a socket or the like, not a file.' });
    if (kind === 'link') return visitLink(entry);
    found.entries.push(entry);
    if (kind === 'folder') await visitFolder(entry);
  };
  const visitLink = async (entry: Entry): Promise<void> => {
    const target = await readable(from.readLink(entry.path), entry.path);
    if (target === undefined) return;
    if (staysInside(target, entry.below.length - 1)) found.entries.push({ ...entry, target });
    else found.refused.push({ path: entry.path, reason: `It is a link that leads out of what is copied (${JSON.stringify(target)}).` });
  };
  const visitFolder = async ({ path: folder, below }: Entry): Promise<void> => {
    const seen = new Map<string, string>();
    for (const { name, attributes: of } of (await readable(from.list(folder), folder)) ?? []) {
      if (!isEntryName(name)) throw hostileName(from, folder, name);
      const entry = { path: from.join(folder, name), below: [...below, name], attributes: of };
      if (Buffer.byteLength(entry.path) > MAX_PATH) throw new B2dError(`The paths below ${path} have no end.`, { exit: 'security', reason: `One is longer than ${MAX_PATH} bytes.` });
      const twin = seen.get(to.sameName(name));
      const reason = to.refuseName(name) ?? (twin === undefined ? undefined : `To ${to.where} it is the same name as ${JSON.stringify(twin)}.`);
      if (reason !== undefined) found.refused.push({ path: entry.path, reason });
      else {
        seen.set(to.sameName(name), name);
        await visit(entry);
      }
    }
  };
  /** What one side does not let read is left out, and the rest goes on; a connection that is lost ends everything. */
  const readable = async <T>(work: Promise<T>, at: string): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      found.refused.push({ path: at, reason: reasonToSkip(error) });
      return undefined;
    }
  };
  await visit({ path, below: [], attributes });
  return found;
}

/** Why something cannot be read. @throws what is wrong with more than this one entry */
export function reasonToSkip(error: unknown): string {
  if (error instanceof B2dError && (error.exit === 'failure' || error.exit === 'storage')) return error.reason ?? error.message;
  throw error;
}

function hostileName({ where }: Files, folder: string, name: string): B2dError {
  return new B2dError(`In ${folder}, ${where} lists the name ${JSON.stringify(name)}.`, {
    exit: 'security', reason: 'No file has such a name: it would lead out of the folder. The files there, or the machine itself, are not to be trusted.', remedy: 'Nothing more was copied. If you trust what runs in the machine: b2d restart',
  });
}
