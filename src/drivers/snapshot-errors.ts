import { B2dError } from '../errors.ts';
import type { MachineSpec, SnapshotInfo } from './driver.ts';

/** Checks a snapshot's name, which both hypervisors take as it is. @throws B2dError (usage) */
export function validateSnapshotName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) return name;
  throw new B2dError(`"${name}" cannot be a snapshot's name.`, {
    exit: 'usage', reason: 'Letters, digits, "-", "_" and ".", at most 63; the first is a letter or digit.', remedy: 'Choose another, for example: b2d snapshot save before-upgrade',
  });
}

/** The error for a name that is taken. */
export function snapshotExists(name: string): B2dError {
  return new B2dError(`There is a snapshot named "${name}" already.`, { exit: 'usage', remedy: `Choose another name, or: b2d snapshot delete ${name}` });
}

/** The error for a name that none has. */
export function noSuchSnapshot(name: string, known: readonly SnapshotInfo[]): B2dError {
  return new B2dError(`There is no snapshot named "${name}".`, {
    exit: 'usage',
    reason: known.length > 0 ? `There are: ${known.map((entry) => entry.name).join(', ')}.` : 'The machine has no snapshots.',
    remedy: 'b2d snapshot list',
  });
}

/** The error for a machine that has its disk in use. */
export function restoreNeedsOff({ name }: MachineSpec): B2dError {
  return new B2dError(`A snapshot of "${name}" cannot be restored while the machine runs.`, { exit: 'busy', reason: 'Its disk would change under it.', remedy: 'b2d down, or at once: b2d kill' });
}
