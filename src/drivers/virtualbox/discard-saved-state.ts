import fs from 'node:fs/promises';
import type { Platform } from '../../platform/platform.ts';
import type { VirtualBox } from '../../virtualbox/index.ts';
import type { MachineSpec } from '../driver.ts';
import { explained } from './failure.ts';
import { findLeftovers } from './leftovers.ts';
import { isInPlace } from './owner.ts';
import { isSaved } from './power-off.ts';

/** Throws away what a suspend saved; nothing to do where nothing was. Of a machine whose .vbox is lost, the files that are left. */
export async function discardSavedState(platform: Platform, vbox: VirtualBox, spec: MachineSpec): Promise<void> {
  await explained(`The saved state of "${spec.name}" could not be discarded.`, async () => {
    const info = await vbox.machine(spec.uuid);
    if (info?.accessible) {
      if (isSaved(info) && (await isInPlace(platform, spec, info))) await vbox.discardState(spec.uuid);
      return;
    }
    const { settings, images, savedStates } = await findLeftovers(platform, spec);
    if (settings?.complete || images.length > 0) return; // it can be registered again, or the states are its snapshots'
    for (const file of savedStates) await fs.rm(file, { force: true });
  });
}
