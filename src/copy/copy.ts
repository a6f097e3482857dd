import { B2dError } from '../errors.ts';
import { copyBlocks } from './blocks.ts';
import type { Attributes, Files } from './files.ts';
import { reasonToSkip, scan, type Entry, type Refused } from './scan.ts';

export interface CopyRequest {
  from: Files;
  to: Files;
  sources: readonly string[];
  destination: string;
  signal: AbortSignal;
  /** Bytes that were copied, of all there are, and what is being copied. */
  onProgress(done: number, total: number, path: string): void;
}

export interface CopyResult {
  files: number;
  folders: number;
  links: number;
  bytes: number;
  refused: Refused[];
}

/** What one source becomes. */
interface Plan {
  target: string;
  entries: Entry[];
}

/**
 * Copies files and folders from one side to the other, as cp does: into a folder that is there, else under the destination's name; the contents alone of a
 * folder named with `/.` at its end. Each file is written beside its place and renamed when it is whole; links are made last, so that nothing is
 * written through them.
 * @throws B2dError (usage, failure) for sources and destinations that do not fit, before anything is written; (storage) when this computer's disk fails; (notReady) when
 *   the connection is lost; (security) for names that lead out of the folder; the signal's reason
 */
export async function copy(request: CopyRequest): Promise<CopyResult> {
  const { from, to, signal, onProgress } = request;
  const result: CopyResult = { files: 0, folders: 0, links: 0, bytes: 0, refused: [] };
  const plans = await plan(request, result.refused);
  const all = plans.flatMap(({ target, entries }) => entries.map((entry) => ({ ...entry, to: entry.below.reduce((folder, name) => to.join(folder, name), target) })));
  const total = all.reduce((sum, { attributes: { kind, size } }) => sum + (kind === 'file' ? size : 0), 0);
  const made: Array<{ path: string; attributes: Attributes }> = [];
  for (const entry of all) {
    signal.throwIfAborted();
    if (entry.attributes.kind === 'folder') {
      if (await ensureFolder(to, entry.to, entry.below.length === 0)) made.push({ path: entry.to, attributes: entry.attributes });
      result.folders++;
    } else if (entry.attributes.kind === 'file') {
      onProgress(result.bytes, total, entry.path);
      const skipped = await copyFile(entry, (count) => onProgress((result.bytes += count), total, entry.path));
      if (skipped === undefined) result.files++;
      else result.refused.push({ path: entry.path, reason: skipped });
    }
  }
  for (const { target, to: path } of all) {
    if (target === undefined) continue;
    await to.link(target, path);
    result.links++;
  }
  for (const { path, attributes } of made.reverse()) await to.setAttributes(path, attributes); // a folder without write permission is closed last
  return result;

  /** @returns why it could not be read; undefined when it was copied */
  async function copyFile(entry: Entry & { to: string }, onBytes: (count: number) => void): Promise<string | undefined> {
    const source = await from.open(entry.path).catch((error: unknown) => reasonToSkip(error));
    if (typeof source === 'string') return source;
    let unreadable: unknown;
    const read = (position: number, length: number) => source.read(position, length).catch((error: unknown) => { unreadable = error; throw error; });
    try {
      const draft = await to.draft(entry.to);
      try {
        await copyBlocks(read, (bytes, position) => draft.write(bytes, position), { size: entry.attributes.size, signal, onBytes });
        await draft.keep(entry.attributes);
      } finally {
        await draft.discard();
      }
    } catch (error) {
      if (error === unreadable) return reasonToSkip(error);
      throw error;
    } finally {
      await source.close().catch(() => undefined);
    }
    return undefined;
  }
}

async function plan({ from, to, sources, destination, signal }: CopyRequest, refused: Refused[]): Promise<Plan[]> {
  const there = await to.stat(destination);
  const plans: Plan[] = [];
  for (const path of sources) {
    const attributes = await from.stat(path);
    if (attributes === undefined) throw new B2dError(`There is no ${path} on ${from.where}.`.replace('on the machine', 'in the machine'), { exit: 'failure', remedy: from.where === 'the machine' ? 'See what is there: b2d ssh ls -la' : 'Is the path right? A machine\'s path has a colon before it: b2d cp :/path .' });
    const target = await targetOf(path, attributes);
    const { entries, refused: more } = await scan(from, to, path, attributes, signal);
    plans.push({ target, entries });
    refused.push(...more);
  }
  return plans;

  async function targetOf(path: string, { kind }: Attributes): Promise<string> {
    if (there?.kind === 'folder') {
      if (kind === 'folder' && /(^|[/\\])\.$/.test(path)) return destination;
      const name = await from.nameOf(path);
      const reason = name === '' || name === '/' ? 'The whole file system has no name; to copy what is in it: /.' : to.refuseName(name);
      if (reason !== undefined) throw new B2dError(`${path} cannot be copied to ${to.where} under its own name.`, { exit: 'failure', reason, remedy: 'Give it another: name the destination in full.' });
      return to.join(destination, name);
    }
    const wrong = sources.length > 1 ? 'Several sources need a folder that is there.'
      : there !== undefined && kind === 'folder' ? 'It is a file, and what is copied is a folder.'
      : there === undefined && kind !== 'folder' && /[/\\]$/.test(destination) ? 'There is no such folder.'
      : undefined;
    if (wrong !== undefined) throw new B2dError(`Cannot copy to ${destination}.`, { exit: 'usage', reason: wrong });
    return there === undefined ? destination : to.realPath(destination);
  }
}

/**
 * A folder that is there is used; below the destination it must be a folder itself, since a link there could lead anywhere.
 * @returns whether it was made
 */
async function ensureFolder(to: Files, path: string, top: boolean): Promise<boolean> {
  const there = top ? await to.stat(path) : await to.lstat(path);
  if (there?.kind === 'folder') return false;
  if (there !== undefined) throw new B2dError(`Cannot copy a folder to ${path}.`, { exit: 'failure', reason: `There is ${there.kind === 'link' ? 'a link' : 'a file'} of that name.`, remedy: 'Move it away, or copy to another place.' });
  await to.makeFolder(path);
  return true;
}
