import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { VirtualBox, VmInfo } from '../../virtualbox/index.ts';
import type { MachineSpec } from '../driver.ts';
import { baseFolder } from './layout.ts';
import type { MachinePlace } from './process.ts';
import { isSameFile } from './settings-file.ts';

/** Extra data of a machine that b2d made: its UUID. */
export const OWNER_KEY = 'b2d/owner';

/** Whether a registered machine with our UUID lies in our folder; else it is a copy, or the original of which ours is a copy. */
export async function isInPlace(platform: Platform, { directory }: MachinePlace, { settingsFile }: VmInfo): Promise<boolean> {
  if (settingsFile === undefined) return false;
  const { path } = platform;
  return isSameFile(platform, path.dirname(path.dirname(settingsFile)), baseFolder(directory, path));
}

/**
 * The machine, marked as b2d's. One without a mark, in our folder, was made by a b2d that was killed right after `createvm`.
 * @throws B2dError (stateUnreadable) for one that is another's; it is not touched.
 */
export async function requireOurs(platform: Platform, vbox: VirtualBox, spec: MachineSpec, info: VmInfo): Promise<VmInfo> {
  if (!(await isInPlace(platform, spec, info))) throw notOurs(spec, info);
  const mark = await vbox.extraData(spec.uuid, OWNER_KEY);
  if (mark === undefined) await vbox.setExtraData(spec.uuid, OWNER_KEY, spec.uuid);
  else if (mark !== spec.uuid) throw notOurs(spec, info);
  return info;
}

export function notOurs(spec: MachineSpec, info: VmInfo): B2dError {
  return new B2dError(`VirtualBox has a machine with the UUID of "${spec.name}" that b2d did not make here.`, {
    exit: 'stateUnreadable',
    reason: `It is "${info.name}"${info.settingsFile ? `, ${info.settingsFile}` : ''}: perhaps b2d's folder was copied, or the machine was imported. b2d leaves it alone.`,
    remedy: [`If you do not need it, remove it from VirtualBox's list (VBoxManage unregistervm ${spec.uuid}), then: b2d up`],
  });
}
