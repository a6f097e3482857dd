import type { DriverName } from '../drivers/driver.ts';
import type { Layer, Setting, Settings, Source } from './load.ts';
import type { Registries, RegistryList } from './registries.ts';
import { definitions, SETTING_KEYS, type SettingDefinition, type SettingKey, type SettingValues } from './settings.ts';

/** A row of `b2d config`. */
export interface SettingRow {
  key: string;
  value: string;
  /** `default`, `machine`, or the variable, flag or file. */
  source: string;
}

/** What `b2d config` prints: the settings in their documented order, then those of the drivers. */
export function describeSettings(settings: Settings): SettingRow[] {
  const row = <K extends SettingKey>(key: K): SettingRow => {
    const definition: SettingDefinition<SettingValues[K]> = definitions[key];
    const { value, source } = settings[key] as Setting<SettingValues[K]>;
    return { key, value: definition.show(value), source: describeSource(source) };
  };
  const extra = Object.entries(settings.extra).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...SETTING_KEYS.map((key) => row(key)),
    ...extra.map(([key, { value, source }]) => ({ key, value, source: describeSource(source) })),
    ...settings.registries.map(({ list, value, source }) => ({ key: `registry.${list}`, value, source: describeSource(source) })),
    ...Object.entries(settings.engine).map(([key, { value, source }]) => ({ key: `engine.${key}`, value: withoutLogins(JSON.stringify(value)), source: describeSource(source) })),
  ];
}

/** Addresses of proxies may hold passwords. */
function withoutLogins(text: string): string {
  return text.replace(/\/\/[^/"\s]*@/g, '//');
}

function describeSource({ layer, name }: Source): string {
  return layer === 'machine' ? 'machine' : name;
}

/** The settings of a machine to be made. */
export interface MachineValues {
  memoryMiB: number;
  cpus: number;
  diskMiB: number;
  driver: DriverName | 'auto';
  /** A path or URL; undefined for the bundled image. */
  iso: string | undefined;
  /** Whether containers reach what listens on this computer's loopback address; yes unless told. */
  hostAccess?: boolean;
  /** By `driver.name`. */
  extra: Record<string, string>;
}

/** The values alone. */
export function machineValues({ memory, cpus, disk, driver, iso, extra, 'host-access': hostAccess }: Settings): MachineValues {
  return {
    memoryMiB: memory.value, cpus: cpus.value, diskMiB: disk.value, driver: driver.value, iso: iso.value || undefined, hostAccess: hostAccess.value === 'on',
    extra: Object.fromEntries(Object.entries(extra).map(([name, setting]) => [name, setting.value])),
  };
}

/** What the user asked for just now, by flag or variable: for a machine that is there, these are changes. */
export function explicitValues(settings: Settings): Partial<MachineValues> {
  const asked = ({ source }: Setting<unknown>): boolean => (['environment', 'flag'] satisfies Layer[] as Layer[]).includes(source.layer);
  const all = machineValues(settings);
  const extra = Object.fromEntries(Object.entries(settings.extra).filter(([, setting]) => asked(setting)).map(([name, setting]) => [name, setting.value]));
  return {
    ...(asked(settings.memory) && { memoryMiB: all.memoryMiB }),
    ...(asked(settings.cpus) && { cpus: all.cpus }),
    ...(asked(settings.disk) && { diskMiB: all.diskMiB }),
    ...(asked(settings.driver) && { driver: all.driver }),
    ...(asked(settings.iso) && { iso: all.iso }),
    ...(asked(settings['host-access']) && all.hostAccess !== undefined && { hostAccess: all.hostAccess }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

/** What the settings say to the engines of all machines. */
export function engineWishes({ registries, engine }: Settings): { registries: Registries; settings: Record<string, unknown> } {
  const of = (list: RegistryList): string[] => registries.filter((entry) => entry.list === list).map(({ value }) => value);
  return { registries: { mirrors: of('mirrors'), insecure: of('insecure') }, settings: Object.fromEntries(Object.entries(engine).map(([key, { value }]) => [key, value])) };
}
