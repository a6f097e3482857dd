import crypto from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { chooseDriver } from '../drivers/choose.ts';
import { B2dError } from '../errors.ts';
import { checkedDigest, isUrl, type SourceOptions } from '../image/source.ts';
import { withoutLogin } from '../output/without-login.ts';
import { makePrivateDirectory } from '../platform/files.ts';
import { machineFlag } from './errors.ts';
import { adoptImage, fetchImage, labelOf } from './image.ts';
import { machineOf, type Machine } from './machine.ts';
import { machinePaths } from './paths.ts';
import { readRecord, RECORD_VERSION, writeRecord, type MachineImage, type MachineRecord } from './record.ts';
import { enterShare, homeShare } from './shares/edit.ts';
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
  if (settings.shareHome && (await shareHome(workspace, record))) changed.push('shares');
  await makePrivateDirectory(workspace.platform, paths.directory);
  const write = (): Promise<void> => writeRecord(paths.record, record);
  if (!before || changed.includes('image')) {
    if (!(await adoptImage(workspace, record.image.sha256, write))) return ensureMachine(workspace, name, settings);
  } else if (changed.length > 0) await write();
  return { machine: machineOf(workspace, record), created: !before, changed };
}

async function newRecord(workspace: Workspace, name: string, { forNew, source }: RequestedSettings): Promise<MachineRecord> {
  const driver = await chooseDriver(workspace.driver, forNew.driver, workspace.debug);
  const image = await fetchMachineImage(workspace, forNew.iso, source);
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
    hostAccess: forNew.hostAccess ?? true,
    extra: forNew.extra,
  };
}

/** @returns whether it was not shared before. @throws UnsupportedError where the driver cannot share folders */
async function shareHome(workspace: Workspace, record: MachineRecord): Promise<boolean> {
  const { driver, spec } = machineOf(workspace, record);
  await driver.requireShares(spec);
  return enterShare(record, await homeShare(workspace)) !== 'same';
}

/** The record with what was asked for, and the names of what that changes. Nothing is written. @throws B2dError (usage) for what cannot be changed. */
export async function changedRecord(workspace: Workspace, before: MachineRecord, { explicit, source }: Pick<RequestedSettings, 'explicit' | 'source'>): Promise<{ record: MachineRecord; changed: string[] }> {
  refuseImpossible(before, explicit);
  const record = { ...before };
  for (const key of ['memoryMiB', 'cpus', 'diskMiB'] as const) record[key] = explicit[key] ?? before[key];
  record.extra = { ...before.extra, ...explicit.extra };
  record.hostAccess = explicit.hostAccess ?? before.hostAccess ?? true;
  if (explicit.iso !== undefined) setImage(record, await fetchMachineImage(workspace, explicit.iso, source, before.image));
  else if (source?.sha256 !== undefined) requireDigest(before, checkedDigest(source.sha256));
  const changed: (keyof MachineRecord)[] = (['memoryMiB', 'cpus', 'diskMiB', 'image', 'extra'] as const).filter((key) => !isDeepStrictEqual(identity(record[key]), identity(before[key])));
  if (record.hostAccess !== (before.hostAccess ?? true)) changed.push('hostAccess');
  return { record, changed };
}

/** An image that the user names ends a trial: he knows which one he wants. */
function setImage(record: MachineRecord, image: MachineImage): void {
  if (image.sha256 !== record.image.sha256) {
    record.previousImage = record.trial ? record.previousImage : record.image;
    delete record.trial;
  }
  record.image = image;
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

function requireDigest({ name, image }: MachineRecord, sha256: string): void {
  if (image.sha256 === sha256) return;
  throw new B2dError('The boot image is not the expected one.', {
    exit: 'imageInvalid', reason: `Machine "${name}" has the image ${image.sha256}, not ${sha256}.`, remedy: `Give it that one; the data stays: b2d up${machineFlag(name)} --iso PATH-OR-URL --sha256 ${sha256}`,
  });
}

/** What came from an address without a digest must stay what it was: `before` is the image that the machine has. */
async function fetchMachineImage(workspace: Workspace, iso: string | undefined, options: SourceOptions = {}, before?: MachineRecord['image']): Promise<MachineRecord['image']> {
  const same = iso !== undefined && isUrl(iso) && before !== undefined && withoutLogin(iso) === withoutLogin(before.source);
  const { image, source } = await fetchImage(workspace, iso, same && options.sha256 === undefined ? { sha256: before.sha256, allowHttp: true } : options);
  const label = labelOf(source);
  if (source.kind === 'url' && source.sha256 === undefined) workspace.progress.note(`The SHA-256 of ${label} is ${image.sha256}. It is recorded: another one will be refused.`);
  return { sha256: image.sha256, version: image.version, source: label };
}
