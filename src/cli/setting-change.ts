import { closest } from '../config/closest.ts';
import { checkSetting, type LoadOptions } from '../config/load.ts';
import { DRIVER_TABLES, SETTING_KEYS } from '../config/settings.ts';
import type { MachineValues } from '../config/views.ts';
import { B2dError } from '../errors.ts';
import { machineFlag } from '../machine/errors.ts';
import { withMachine } from '../machine/machine.ts';
import { changeSettings, type SettingsChange } from '../machine/settings.ts';
import type { Workspace } from '../machine/workspace.ts';
import { pendingNote } from './text.ts';

/** What one setting of a machine is called in machine.json. */
const FIELDS = { memory: 'memoryMiB', cpus: 'cpus', disk: 'diskMiB', driver: 'driver', iso: 'iso' } as const;

export type MachineSettingKey = keyof typeof FIELDS;

/** The words of `b2d config set KEY VALUE` as a change of a machine's settings. @throws B2dError (usage). */
export function parseChange(key: string, value: string, load: LoadOptions): Partial<MachineValues> {
  if (isDriverSetting(key)) return { extra: { [key]: value } };
  const known = machineSettingKey(key);
  return { [FIELDS[known]]: checkSetting(known, value, load) };
}

/** `qemu.accel`: the driver itself knows which names it has. */
export function isDriverSetting(key: string): boolean {
  return new RegExp(`^(${DRIVER_TABLES.join('|')})\\.[a-z0-9-]+$`).test(key);
}

/** @throws B2dError (usage) for what is no setting of a machine. */
export function machineSettingKey(key: string): MachineSettingKey {
  if (key in FIELDS) return key as MachineSettingKey;
  const meant = closest(key, SETTING_KEYS);
  throw new B2dError(`"${key}" is not a setting of a machine.`, {
    exit: 'usage',
    reason: key === 'machine' ? 'It says which machine is meant: with --machine, B2D_MACHINE or in config.toml.' : `There are ${Object.keys(FIELDS).join(', ')}, and those of a driver, such as qemu.accel.`,
    remedy: meant === undefined || meant === 'machine' ? 'b2d config' : `Did you mean "${meant}"?`,
  });
}

/** Changes settings of the machine, as the only b2d that changes it, and tells what that did and when it counts. @throws B2dError as `changeSettings`. */
export async function applyChange(workspace: Workspace, name: string, purpose: string, explicit: Partial<MachineValues>, unset: readonly string[] = []): Promise<SettingsChange> {
  const change = await withMachine(workspace, name, purpose, () => changeSettings(workspace, name, explicit, unset));
  await tell(workspace, name, change);
  const variable = variablesOf(explicit).find((each) => workspace.platform.env[each]);
  if (variable !== undefined) workspace.progress.note(`${variable} is set to "${workspace.platform.env[variable]}" in this shell, and the next b2d up${machineFlag(name)} takes that instead.`);
  return change;
}

async function tell({ progress }: Workspace, name: string, { machine, changed, pending }: SettingsChange): Promise<void> {
  if (changed.length === 0) return progress.note(`Machine "${name}" had that setting; nothing changed.`);
  const { state } = await machine.driver.state(machine.spec);
  if (pending.length > 0) progress.note(pendingNote(name, pending, state === 'running' || state === 'paused' || state === 'saved' ? 'restart' : 'up'));
  else progress.note(`The data disk of "${name}" is larger now.`);
}

/** The variables that are stronger than the machine's own settings. */
function variablesOf({ extra = {}, ...explicit }: Partial<MachineValues>): string[] {
  const keys = Object.entries(FIELDS).filter(([, field]) => field in explicit).map(([key]) => key);
  return [...keys, ...Object.keys(extra)].map((key) => `B2D_${key.toUpperCase().replace(/[.-]/g, '_')}`);
}
