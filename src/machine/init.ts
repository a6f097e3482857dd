import crypto from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { chooseDriver } from '../drivers/choose.ts';
import { B2dError } from '../errors.ts';
import { importImage } from '../image/import.ts';
import { resolveSource } from '../image/source.ts';
import { findImage, type StoredImage } from '../image/store.ts';
import { describeTransfer } from '../output/transfer.ts';
import { makePrivateDirectory } from '../platform/files.ts';
import { machineFlag } from './errors.ts';
import { machineOf, type Machine } from './machine.ts';
import { machinePaths } from './paths.ts';
import { readRecord, RECORD_VERSION, writeRecord, type MachineRecord } from './record.ts';
import type { RequestedSettings, Workspace } from './workspace.ts';

export interface InitResult {
  machine: Machine;
  /** False where the machine was there. */
  created: boolean;
  /** Settings of a machine that was there and that this call changed. */
  changed: string[];
}

/**
 * Makes the machine, or changes the settings of the one that is there. Idempotent: the image is stored first and
 * machine.json written last, so a call that was cut off has made nothing that the next does not use. The data disk follows at `up`.
 * The caller holds the machine's lock.
 * @throws B2dError for an unusable driver, image or setting; a machine that is there stays as it was.
 */
export async function ensureMachine(workspace: Workspace, name: string, settings: RequestedSettings): Promise<InitResult> {
  const paths = machinePaths(workspace.platform, workspace.home, name);
  const before = await readRecord(paths.record);
  const { record, changed } = before ? await changedRecord(workspace, before, settings) : { record: await newRecord(workspace, name, settings), changed: [] };
  await makePrivateDirectory(workspace.platform, paths.directory);
  if (!before || changed.length > 0) await writeRecord(paths.record, record);
  return { machine: machineOf(workspace, record), created: !before, changed };
}

async function newRecord(workspace: Workspace, name: string, { forNew }: RequestedSettings): Promise<MachineRecord> {
  const driver = await chooseDriver(workspace.driver, forNew.driver, workspace.debug);
  const image = await fetchImage(workspace, forNew.iso);
  return {
    version: RECORD_VERSION,
    name,
    uuid: crypto.randomUUID(),
    createdAt: workspace.now().toISOString(),
    driver,
    cpus: forNew.cpus,
    memoryMiB: forNew.memoryMiB,
    diskMiB: forNew.diskMiB,
    image,
    dataDiskMade: false,
    ports: {},
    extra: forNew.extra,
  };
}

async function changedRecord(workspace: Workspace, before: MachineRecord, { explicit }: RequestedSettings): Promise<{ record: MachineRecord; changed: string[] }> {
  refuseImpossible(before, explicit);
  const record = { ...before };
  for (const key of ['memoryMiB', 'cpus', 'diskMiB'] as const) record[key] = explicit[key] ?? before[key];
  record.extra = { ...before.extra, ...explicit.extra };
  if (explicit.iso !== undefined) record.image = await fetchImage(workspace, explicit.iso, before.image);
  const changed = (['memoryMiB', 'cpus', 'diskMiB', 'image', 'extra'] as const).filter((key) => !isDeepStrictEqual(identity(record[key]), identity(before[key])));
  return { record, changed };
}

/** Two images are the same when their content is, wherever they came from. */
function identity(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'sha256' in value ? value.sha256 : value;
}

function refuseImpossible(before: MachineRecord, explicit: RequestedSettings['explicit']): void {
  if (explicit.diskMiB !== undefined && explicit.diskMiB < before.diskMiB) {
    throw new B2dError(`The data disk of "${before.name}" has ${before.diskMiB} MiB and cannot become smaller (${explicit.diskMiB} MiB).`, {
      exit: 'usage', reason: 'Shrinking a disk can cut off data.', remedy: `Leave --disk out, or make another machine: b2d init --machine NAME --disk ${explicit.diskMiB}`,
    });
  }
  if (explicit.driver !== undefined && explicit.driver !== 'auto' && explicit.driver !== before.driver) {
    throw new B2dError(`Machine "${before.name}" was made with the ${before.driver} driver; that cannot be changed.`, {
      exit: 'usage', reason: 'The drivers keep data disks in different formats.', remedy: `Make another machine: b2d init --machine NAME --driver ${explicit.driver}`,
    });
  }
}

/** What came from an address without a digest must stay what it was: `before` is the image that the machine has. */
async function fetchImage(workspace: Workspace, iso: string | undefined, before?: MachineRecord['image']): Promise<MachineRecord['image']> {
  const { platform, home, packageRoot, cwd, progress } = workspace;
  const source = await resolveSource(platform, packageRoot, iso, cwd);
  const label = source.kind === 'file' ? source.file : source.url;
  if (source.kind === 'url' && label === before?.source) source.sha256 ??= before.sha256;
  const known = source.sha256 === undefined ? undefined : await findImage(platform, home, source.sha256);
  const stored = known ?? (await progress.step(`Image: ${label}`, (step) => importImage(platform, home, source, {
    onNote: progress.note,
    onProgress: (transfer) => step.update(describeTransfer(transfer), transfer.total && transfer.received / transfer.total),
  }), (image) => `Image ${describeImage(image)}`));
  return { sha256: stored.sha256, version: stored.version, source: label };
}

function describeImage(image: StoredImage): string {
  return image.version === '' ? image.sha256.slice(0, 12) : `b2d ${image.version} (${image.sha256.slice(0, 12)})`;
}

/**
 * Sees to it that the machine's image is in the store, fetching it again from where it came when it is gone.
 * @throws B2dError (imageInvalid) when what is there now is another image.
 */
export async function ensureImage(workspace: Workspace, record: MachineRecord): Promise<void> {
  const { platform, home, packageRoot, cwd } = workspace;
  if (await findImage(platform, home, record.image.sha256)) return;
  try {
    const source = await resolveSource(platform, packageRoot, record.image.source, cwd);
    await importImage(platform, home, { ...source, sha256: record.image.sha256 });
  } catch (error) {
    throw new B2dError(`The boot image of "${record.name}" is gone.`, {
      exit: 'imageInvalid',
      reason: `It came from ${record.image.source} (${error instanceof Error ? error.message : String(error)})`,
      remedy: `Give it an image; the data stays: b2d up${machineFlag(record.name)} --iso PATH-OR-URL`,
      cause: error,
    });
  }
}
