import type { VmSnapshot } from './virtualbox.ts';

/**
 * The snapshots in `showvminfo --machinereadable`: `SnapshotName`, its children `SnapshotName-1`, `SnapshotName-2`, theirs `SnapshotName-1-1`,
 * each with a `SnapshotUUID` and, where it has one, a `SnapshotDescription` of the same number. Names need not be unique.
 */
export function snapshotsOf(entries: ReadonlyMap<string, string>): VmSnapshot[] {
  const numbers = [...entries.keys()].flatMap((key) => /^SnapshotName((?:-\d+)*)$/.exec(key)?.[1] ?? []);
  const current = entries.get('CurrentSnapshotUUID');
  return numbers.map((number) => {
    const uuid = entries.get(`SnapshotUUID${number}`) ?? '';
    return {
      name: entries.get(`SnapshotName${number}`)!,
      uuid: uuid.toLowerCase(),
      description: entries.get(`SnapshotDescription${number}`) ?? '',
      path: ancestors(number).map((ancestor) => entries.get(`SnapshotName${ancestor}`) ?? '').join('/'),
      current: uuid === current,
    };
  });
}

/** `-1-2` has the ancestors ``, `-1` and itself. */
function ancestors(number: string): string[] {
  const steps = number.split('-');
  return steps.map((_, index) => steps.slice(0, index + 1).join('-'));
}
