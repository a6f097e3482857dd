import fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineState } from '../drivers/driver.ts';
import { messageOf } from '../errors.ts';
import { processMemory } from '../platform/process-memory.ts';
import { allocatedBy } from './data-disk.ts';
import { loadCommand, loadReader, type GuestLoad } from './guest-load.ts';
import type { Machine } from './machine.ts';
import { streamAsRoot } from './ssh.ts';
import type { Workspace } from './workspace.ts';

/** What a machine takes, at one moment. */
export interface Sample {
  /** ISO 8601, UTC. */
  time: string;
  name: string;
  state: MachineState;
  detail?: string;
  /** What the guest says; only while it runs. */
  guest?: GuestLoad;
  /** Why a guest that runs says nothing. */
  error?: string;
  host: {
    /** The hypervisor's process, where it has one of its own for this machine. */
    pid?: number;
    /** Bytes of memory it takes. */
    memoryBytes?: number;
    /** Bytes the data disk's file takes. */
    diskBytes?: number;
  };
}

/**
 * Gives a sample every so many seconds, in any state of the machine, until `onSample` says with true that it is enough. The guest is asked over one session, which is
 * opened again when it broke: a machine that goes off and comes back is watched on.
 */
export async function watchMachine(workspace: Workspace, machine: () => Promise<Machine>, intervalSeconds: number, onSample: (sample: Sample) => Promise<boolean>): Promise<void> {
  for (;;) {
    const now = await machine(); // its ports may be others after a restart
    const { state } = await now.driver.state(now.spec);
    const end = state === 'running' ? await watchGuest(workspace, now, intervalSeconds, onSample) : { enough: await onSample(await sample(workspace, now)) };
    if (end.enough) return;
    if ('error' in end && (await onSample(await sample(workspace, now, undefined, end.error)))) return;
    await sleep(intervalSeconds * 1000);
  }
}

/** Watches until it is enough, or the session ends with the machine, or with an error. */
async function watchGuest(workspace: Workspace, machine: Machine, intervalSeconds: number, onSample: (sample: Sample) => Promise<boolean>): Promise<{ enough: boolean; error?: string }> {
  let enough = false;
  let told = Promise.resolve();
  const stop = new Error('enough');
  const read = loadReader((guest) => {
    told = told.then(async () => { enough ||= await onSample(await sample(workspace, machine, guest)); });
  });
  try {
    await streamAsRoot(workspace, machine, loadCommand(intervalSeconds), async (text) => {
      read(text);
      await told;
      if (enough) throw stop;
    });
    return { enough };
  } catch (error) {
    if (enough || error === stop) return { enough: true };
    const { state } = await machine.driver.state(machine.spec);
    return state === 'running' ? { enough, error: messageOf(error) } : { enough };
  }
}

async function sample({ platform, now }: Workspace, { driver, spec, record }: Machine, guest?: GuestLoad, error?: string): Promise<Sample> {
  const { state, detail, pid } = await driver.state(spec);
  const memoryBytes = pid === undefined ? undefined : await processMemory(platform, pid);
  const disk = await driver.dataDisk(spec);
  const diskBytes = disk === undefined ? undefined : await fs.stat(disk).then(allocatedBy, () => undefined);
  return {
    time: now().toISOString(), name: record.name, state, ...(detail && { detail }), ...(guest && { guest }), ...(error && { error }),
    host: { ...(pid !== undefined && { pid }), ...(memoryBytes !== undefined && { memoryBytes }), ...(diskBytes !== undefined && { diskBytes }) },
  };
}
