import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { VBoxManageError, type VirtualBox, type VmInfo, type VmState } from '../../virtualbox/index.ts';
import type { MachineState, StateReport } from '../driver.ts';
import { findLeftovers } from './leftovers.ts';
import { isInPlace } from './owner.ts';
import { runningProcess, type MachinePlace } from './process.ts';

const STATES: Record<VmState, MachineState> = {
  poweroff: 'stopped',
  teleported: 'stopped',
  restoringsnapshot: 'stopped',
  deletingsnapshot: 'stopped',
  offlinesnapshotting: 'stopped',
  aborted: 'crashed',
  saved: 'saved',
  'aborted-saved': 'saved',
  running: 'running',
  livesnapshotting: 'running',
  onlinesnapshotting: 'running',
  deletingsnapshotlive: 'running',
  teleporting: 'running',
  paused: 'paused',
  deletingsnapshotlivepaused: 'paused',
  teleportingpausedvm: 'paused',
  starting: 'starting',
  restoring: 'starting',
  settingup: 'starting',
  teleportingin: 'starting',
  stopping: 'stopping',
  saving: 'stopping',
  gurumeditation: 'unknown',
  unknown: 'unknown',
};

const DETAILS: Partial<Record<VmState, string>> = {
  aborted: "VirtualBox's process of the machine ended without a shutdown: it was killed or crashed, or the host lost power.",
  'aborted-saved': 'It could not go on from its saved state the last time.',
  gurumeditation: 'VirtualBox met an error it cannot handle and stopped the guest (a Guru Meditation); VBox.log tells which. End it with: b2d kill',
  livesnapshotting: 'A snapshot is being made.',
  onlinesnapshotting: 'A snapshot is being made.',
  offlinesnapshotting: 'A snapshot is being made.',
  restoringsnapshot: 'A snapshot is being restored.',
  deletingsnapshot: 'A snapshot is being deleted.',
  deletingsnapshotlive: 'A snapshot is being deleted.',
  deletingsnapshotlivepaused: 'A snapshot is being deleted.',
  unknown: 'VirtualBox tells a state that this b2d does not know.',
};

/** The state as VirtualBox tells it. Never throws for a VirtualBox that does not answer: that is `unknown`. */
export async function queryState(platform: Platform, open: () => Promise<VirtualBox>, place: MachinePlace): Promise<StateReport> {
  let info: VmInfo | undefined;
  try {
    info = await (await open()).machine(place.uuid);
  } catch (error) {
    if (!(error instanceof VBoxManageError || error instanceof B2dError)) throw error;
    const pid = await runningProcess(platform, place);
    return { state: 'unknown', detail: `VirtualBox does not tell the machine's state. ${error.reason ?? error.message}`, ...(pid !== undefined && { pid }) };
  }
  if (!info?.accessible) return forgotten(platform, place, info);
  if (!(await isInPlace(platform, place, info))) return { state: 'absent', detail: `VirtualBox has another machine with the same UUID: ${info.settingsFile ?? info.name}.` };
  const report = describeState(info);
  const pid = hasProcess(info.state) ? await runningProcess(platform, place) : undefined;
  return pid === undefined ? report : { ...report, pid };
}

/** VirtualBox does not know the machine, or cannot read its .vbox. A saved state that is left counts: it is not lost without asking. */
async function forgotten(platform: Platform, place: MachinePlace, info: VmInfo | undefined): Promise<StateReport> {
  const { settings, images, savedStates } = await findLeftovers(platform, place);
  if (savedStates.length > 0 && images.length === 0 && !settings?.complete) return { state: 'saved', detail: "VirtualBox's settings of the machine, the .vbox file, are gone or damaged." };
  return { state: 'absent', ...(info && { detail: 'VirtualBox has the machine in its list, but cannot read its .vbox file. b2d up mends that.' }) };
}

/** What VirtualBox's state means to b2d. */
export function describeState(info: Pick<VmInfo, 'state' | 'session'>): StateReport {
  const state = STATES[info.state];
  const held = info.session !== undefined && !hasProcess(info.state) && state !== 'unknown';
  const detail = DETAILS[info.state] ?? (held ? `VirtualBox's window has its settings open (${info.session}).` : undefined);
  return { state, ...(detail && { detail }) };
}

/** Whether VirtualBox is at work on the machine, and a short wait will show another state. */
export function isPassing(state: VmState): boolean {
  return ['starting', 'stopping'].includes(STATES[state]) || /snapshot/.test(state);
}

/** Whether a process of the machine's own is there in this state. */
export function hasProcess(state: VmState): boolean {
  return ['running', 'paused', 'starting', 'stopping', 'unknown'].includes(STATES[state]);
}
