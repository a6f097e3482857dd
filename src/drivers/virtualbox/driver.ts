import { exists } from '../../platform/files.ts';
import type { Platform } from '../../platform/platform.ts';
import type { VirtualBox } from '../../virtualbox/index.ts';
import type { Driver, MachineSpec } from '../driver.ts';
import { create } from './create.ts';
import { ANSWER_MS, POWER_OFF_MS } from './deadlines.ts';
import { destroy } from './destroy.ts';
import { discardSavedState } from './discard-saved-state.ts';
import { explained } from './failure.ts';
import { virtualBoxFiles } from './layout.ts';
import { logFiles } from './log-files.ts';
import { addForward, listForwards, removeForward } from './live-forwards.ts';
import { powerOff } from './power-off.ts';
import { preflight } from './preflight.ts';
import { requireRunning } from './require-machine.ts';
import { resize } from './resize.ts';
import { openFor } from './session.ts';
import { deleteSnapshot, listSnapshots, restoreSnapshot, saveSnapshot } from './snapshots.ts';
import { addFolder, removeFolder } from './shares.ts';
import { start } from './start.ts';
import { queryState } from './state.ts';
import { suspend } from './suspend.ts';

export interface VirtualBoxDriverOptions {
  /** The `virtualbox.*` settings for `preflight`, which has no machine. */
  settings?: Readonly<Record<string, string>>;
  /** Milliseconds in which VirtualBox must tell a state. */
  answerMs?: number;
  /** Milliseconds in which it must switch a machine off, or forget it. */
  powerOffMs?: number;
}

/** The VirtualBox driver. docs/drivers/virtualbox.md tells how. */
export function createVirtualBoxDriver(platform: Platform, { settings = {}, answerMs = ANSWER_MS, powerOffMs = POWER_OFF_MS }: VirtualBoxDriverOptions = {}): Driver {
  const open = ({ extra }: MachineSpec): Promise<VirtualBox> => openFor(platform, extra);
  const openInHaste = ({ extra }: MachineSpec, milliseconds: number): Promise<VirtualBox> => openFor(platform, extra, milliseconds);
  return {
    name: 'virtualbox',
    preflight: () => preflight(platform, settings, answerMs),
    create: async (spec) => create(platform, await open(spec), spec),
    async dataDisk(spec) {
      const { dataDisk } = virtualBoxFiles(spec, platform.path);
      return (await exists(dataDisk)) ? dataDisk : undefined;
    },
    start: async (spec, rules) => start(platform, await open(spec), spec, rules),
    async shutdown(spec) {
      const vbox = await open(spec);
      await requireRunning(platform, vbox, spec);
      await explained(`The power button of "${spec.name}" could not be pressed.`, () => vbox.acpiPowerButton(spec.uuid));
    },
    powerOff: async (spec) => powerOff(platform, await openInHaste(spec, powerOffMs), spec),
    suspend: async (spec) => suspend(platform, await open(spec), spec),
    discardSavedState: async (spec) => discardSavedState(platform, await open(spec), spec),
    state: (spec) => queryState(platform, () => openInHaste(spec, answerMs), spec),
    destroy: async (spec) => destroy(platform, await openInHaste(spec, powerOffMs), spec),
    forward: async (spec, rule) => addForward(platform, await open(spec), spec, rule),
    async unforward(spec, name) {
      const vbox = await open(spec);
      await requireRunning(platform, vbox, spec);
      await removeForward(vbox, spec, name);
    },
    forwards: async (spec) => listForwards(platform, await open(spec), spec),
    requireShares: async () => undefined,
    share: async (spec, share) => addFolder(platform, await open(spec), spec, share),
    unshare: async (spec, tag) => removeFolder(platform, await open(spec), spec, tag),
    resize: (spec) => resize(platform, () => open(spec), spec),
    snapshotSave: async (spec, name) => saveSnapshot(platform, await open(spec), spec, name),
    snapshotRestore: async (spec, name) => restoreSnapshot(platform, await open(spec), spec, name),
    snapshotDelete: async (spec, name) => deleteSnapshot(platform, await open(spec), spec, name),
    snapshotList: async (spec) => listSnapshots(platform, await open(spec), spec),
    logFiles: (spec) => logFiles(platform, spec),
  };
}
