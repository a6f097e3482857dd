import { isDeepStrictEqual } from 'node:util';
import { engineStorage } from '../engine/client.ts';
import { B2dError, messageOf } from '../errors.ts';
import type { DataOnDisk } from '../image/data-format.ts';
import { inspectIso } from '../image/iso9660.ts';
import { nameOf } from './image.ts';
import { engineEndpoint, openMachine, type Machine } from './machine.ts';
import { writeRecord, type MachineImage, type MachineRecord } from './record.ts';
import { pressUntilAtRest } from './wait-for-state.ts';
import type { Workspace } from './workspace.ts';

/** A guest whose engine never got ready may still hear the power button; it is not waited for as long as one with containers. */
const GIVE_UP_MS = 30_000;

/** An upgrade that was undone. */
export interface GoneBack {
  /** The image that did not get ready. */
  from: MachineImage;
  to: MachineImage;
  error: B2dError;
}

/** Notes that the machine's image has proved itself: its engine is ready. A trial ends, and what is on the data disk is this image's from now on. */
export async function proveImage(workspace: Workspace, machine: Machine): Promise<void> {
  const { record, paths } = machine;
  const data = await dataOnDisk(workspace, machine);
  if (record.trial === undefined && (data === undefined || isDeepStrictEqual(data, record.data))) return;
  delete record.trial;
  if (data !== undefined) record.data = data;
  await writeRecord(paths.record, record);
}

async function dataOnDisk(workspace: Workspace, machine: Machine): Promise<DataOnDisk | undefined> {
  try {
    const { data } = await inspectIso(machine.spec.imageFile);
    return data && { format: data.format, ...(await engineStorage(engineEndpoint(machine))) };
  } catch (error) {
    workspace.debug(`How the engine keeps its data is not known: ${messageOf(error)}`);
    return undefined;
  }
}

/**
 * Goes back to the image before, when `error` says that the one on trial did not get ready: the machine is off then, and the next start takes the old one.
 * Killed meanwhile, the next `up` tries again. @returns undefined where no trial has failed.
 */
export async function endFailedTrial(workspace: Workspace, name: string, error: unknown): Promise<GoneBack | undefined> {
  if (!(error instanceof B2dError) || error.exit !== 'notReady') return undefined;
  const machine = await openMachine(workspace, name);
  const { trial, previousImage, ...record }: MachineRecord = machine.record;
  if (trial === undefined || previousImage === undefined) return undefined;
  return workspace.progress.step(`Going back to image ${nameOf(previousImage)}`, async () => {
    await pressUntilAtRest(machine, GIVE_UP_MS).catch(() => undefined);
    await machine.driver.powerOff(machine.spec);
    await writeRecord(machine.paths.record, { ...record, image: previousImage });
    return { from: record.image, to: previousImage, error };
  });
}
