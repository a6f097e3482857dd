import fs from 'node:fs/promises';
import { B2dError, codeOf, messageOf } from '../errors.ts';
import { storageError } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { machinesDirectory } from './paths.ts';
import { readRecord, type MachineRecord } from './record.ts';

/** Which machines need which images. */
export interface ImageUses {
  /** The names of the machines, by digest. */
  machines: ReadonlyMap<string, string[]>;
  /** The machines of which it cannot be told: folders, with what was thrown. */
  unknown: { folder: string; problem: unknown }[];
}

/** Asks every machine's machine.json. Changes nothing. @throws B2dError (storage) where the folder of the machines cannot be read */
export async function imageUses(platform: Platform, home: string): Promise<ImageUses> {
  const directory = machinesDirectory(platform, home);
  const entries = await fs.readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw storageError('read', directory, error);
  });
  const machines = new Map<string, string[]>();
  const unknown: ImageUses['unknown'] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory() && !entry.isSymbolicLink()) continue; // somebody else's file
    const folder = platform.path.join(directory, entry.name);
    try {
      await fs.stat(folder); // of a link into a drive that is not plugged in, nothing can be said
      const record = await readRecord(platform.path.join(folder, 'machine.json'));
      for (const sha256 of record === undefined ? [] : digestsOf(record)) machines.set(sha256, [...(machines.get(sha256) ?? []), entry.name]);
    } catch (problem) {
      unknown.push({ folder, problem });
    }
  }
  return { machines, unknown };
}

/** The image it has, the one before that it can go back to, and the one it was booted with. @throws Error where the record does not tell */
function digestsOf(record: MachineRecord): Set<string> {
  const wanted = [record.image.sha256, record.previousImage?.sha256, record.bootedImage].filter((digest) => digest !== undefined && digest !== null);
  if (typeof record.image.sha256 === 'string' && wanted.every((digest) => typeof digest === 'string')) return new Set(wanted);
  throw new B2dError(`The machine.json of "${record.name}" does not tell which images it uses.`, { exit: 'stateUnreadable' });
}

/** @throws B2dError (stateUnreadable) where some machine cannot tell which image it needs: it could be any */
export function requireKnownUses({ unknown }: ImageUses): void {
  const [first] = unknown;
  if (first === undefined) return;
  const { problem } = first;
  const { reason, remedy } = problem instanceof B2dError ? problem : { remedy: [] };
  throw new B2dError('No image was removed.', {
    exit: 'stateUnreadable',
    reason: `It cannot be told which image the machine in ${first.folder} needs. ${messageOf(problem)}${reason ? ` ${reason}` : ''}`,
    remedy: [...remedy, `Or, if nobody needs it any more, move the folder away: ${first.folder}`],
    cause: problem,
  });
}
