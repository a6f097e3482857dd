import { setTimeout as sleep } from 'node:timers/promises';
import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { rotate } from '../../platform/rename.ts';
import type { VirtualBox, VmInfo } from '../../virtualbox/index.ts';
import type { MachineSpec, NatRule } from '../driver.ts';
import { PortTakenError, SavedStateError } from '../errors.ts';
import { requireFiles } from '../require-files.ts';
import { create } from './create.ts';
import { explained, translate } from './failure.ts';
import { virtualBoxFiles } from './layout.ts';
import { machineOptions, natOptions } from './machine-options.ts';
import { reconcileForwards } from './live-forwards.ts';
import { isHeld, requireFree } from './ports.ts';
import { logTail, tellingLines } from './log.ts';
import { machineLog } from './machine-log.ts';
import { powerOff } from './power-off.ts';
import { findMachine, requireMachine } from './require-machine.ts';
import { parseSettings } from './settings.ts';
import { reconcileFolders } from './shares.ts';
import { fillSlots } from './slots.ts';
import { describeState, isPassing } from './state.ts';

/** How long a start, a shutdown or a snapshot under way is waited for. */
const SETTLE_MS = 60_000;
const POLL_MS = 200;

/** Starts a machine that is off, or lets one go on, with exactly these rules. See `Driver.start`. */
export async function start(platform: Platform, vbox: VirtualBox, spec: MachineSpec, rules: readonly NatRule[]): Promise<void> {
  const info = await settled(platform, vbox, spec);
  switch (info.state) {
    case 'running':
      return reconcileForwards(platform, vbox, spec, rules);
    case 'paused':
      return resume(platform, vbox, spec, rules);
    case 'saved':
    case 'aborted-saved':
      return restore(platform, vbox, spec, info, rules);
    case 'poweroff':
    case 'aborted':
      return boot(platform, vbox, spec, info, rules);
    default: {
      const { detail } = describeState(info);
      throw new B2dError(`"${spec.name}" cannot be started while VirtualBox says "${info.state}".`, { exit: 'hypervisorFailed', ...(detail && { reason: detail }), remedy: 'b2d kill' });
    }
  }
}

/** The machine, made where VirtualBox lost it, once nothing is under way any more. */
async function settled(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<VmInfo> {
  let info = await findMachine(platform, vbox, spec);
  if (info === undefined) await create(platform, vbox, spec);
  for (const deadline = Date.now() + SETTLE_MS; info === undefined || (isPassing(info.state) && Date.now() < deadline); ) {
    if (info !== undefined) await sleep(POLL_MS);
    info = await requireMachine(platform, vbox, spec);
  }
  return info;
}

async function boot(platform: Platform, vbox: VirtualBox, spec: MachineSpec, info: VmInfo, rules: readonly NatRule[]): Promise<void> {
  const settings = parseSettings(spec.extra);
  await requireFiles(spec, virtualBoxFiles(spec, platform.path).dataDisk);
  await requireFree(rules);
  await explained(`The settings of "${spec.name}" could not be brought in order.`, async () => {
    await vbox.modify(spec.uuid, machineOptions(platform, spec, settings, info.forwards, rules));
    await fillSlots(platform, vbox, spec, info);
    await reconcileFolders(vbox, spec, info);
    for (const [key, value] of Object.entries(settings.extradata)) await vbox.setExtraData(spec.uuid, key, value);
  });
  await launch(platform, vbox, spec);
  await requireHeld(platform, spec, rules, async () => powerOff(platform, vbox, spec));
}

/** A suspended machine takes new rules, and no other settings. */
async function restore(platform: Platform, vbox: VirtualBox, spec: MachineSpec, info: VmInfo, rules: readonly NatRule[]): Promise<void> {
  await requireFree(rules);
  const changes = natOptions(info.forwards, rules);
  if (changes.length > 0) await explained(`The NAT rules of "${spec.name}" could not be brought in order.`, () => vbox.modify(spec.uuid, changes));
  try {
    await launch(platform, vbox, spec);
  } catch (error) {
    const words = error instanceof B2dError ? error.details.findLast((line) => /VERR_SSM_|saved state/i.test(line)) : undefined;
    throw words === undefined ? error : new SavedStateError(spec.name, words, error);
  }
  await requireHeld(platform, spec, rules, async () => undefined);
}

/** A paused machine goes on whatever becomes of the rules. */
async function resume(platform: Platform, vbox: VirtualBox, spec: MachineSpec, rules: readonly NatRule[]): Promise<void> {
  await explained(`"${spec.name}" could not be resumed.`, () => vbox.resume(spec.uuid));
  await reconcileForwards(platform, vbox, spec, rules);
}

async function launch(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<void> {
  await rotate(spec.consoleFile); // VirtualBox begins it anew, after a suspend too
  try {
    await vbox.start(spec.uuid);
  } catch (error) {
    const log = await logTail(await machineLog(platform, spec));
    throw translate(error, `VirtualBox could not start "${spec.name}".`, { details: tellingLines(log) });
  }
}

/** @throws PortTakenError for the first rule whose host port VirtualBox did not get, after `undo`. */
async function requireHeld(platform: Platform, spec: MachineSpec, rules: readonly NatRule[], undo: () => Promise<void>): Promise<void> {
  const log = await machineLog(platform, spec);
  for (const rule of rules) {
    if (await isHeld(rule, log)) continue;
    await undo();
    throw new PortTakenError(rule);
  }
}
