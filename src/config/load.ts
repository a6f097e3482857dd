import { B2dError } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';
import { refusedEngineSetting } from './engine-table.ts';
import { expandTilde } from './home.ts';
import { readConfigFile, type ConfigFile } from './file.ts';
import { parseRegistry, REGISTRY_LISTS, type RegistryList } from './registries.ts';
import { definitions, DRIVER_TABLES, SETTING_KEYS, variableOf, type RawValue, type SettingDefinition, type SettingKey, type SettingValues } from './settings.ts';

/** Where a value comes from, weakest first. */
export type Layer = 'default' | 'file' | 'machine' | 'environment' | 'flag' | 'command';

export interface Source {
  layer: Layer;
  /** What the user knows it by: `B2D_MEMORY`, `--memory`, the path of a file. */
  name: string;
}

export interface Setting<T> {
  value: T;
  source: Source;
}

export type Settings = { [K in SettingKey]: Setting<SettingValues[K]> } & {
  /** Driver settings by `driver.name`, for example `qemu.accel`. */
  extra: Record<string, Setting<string>>;
  /** Registries of config.toml and the variables; `b2d registry` has a list of its own beside them. */
  registries: RegistryEntry[];
  /** What the user wants in the engine's daemon.json. */
  engine: Record<string, Setting<unknown>>;
  /** What the user should know of, as sentences for stderr. */
  warnings: string[];
};

export interface RegistryEntry extends Setting<string> {
  list: RegistryList;
}

export interface LoadOptions {
  platform: Platform;
  /** B2D_HOME, absolute. */
  home: string;
  /** What the flags say, as typed; relative paths start at `cwd`. */
  flags?: Partial<Record<SettingKey, string | number | undefined>>;
  cwd?: string;
  /** Values that cannot be used are warnings, and the default counts; but never for `machine`: another machine than the one meant must not be touched. */
  lenient?: boolean;
  /** Where lenient: settings that the command needs, whose bad values are errors all the same. */
  needed?: readonly SettingKey[];
  /** An existing machine's own settings: they win over config.toml, which is about new machines. `file` is its machine.json. */
  machine?: { file: string; values: Partial<SettingValues>; extra?: Record<string, string> };
}

type Candidate = { raw: RawValue; source: Source };

/** The settings file of that B2D_HOME. */
export const configFileOf = (platform: Platform, home: string): string => platform.path.join(home, 'config.toml');

/**
 * The effective settings: defaults < config.toml < the machine's own < B2D_* variables < flags.
 * A value of the wrong form is an error wherever it stands; the limits of this computer are for the value in force.
 * @throws B2dError (usage) naming setting, value, where it comes from and what is possible; (stateUnreadable, storage) for config.toml
 */
export async function loadSettings(options: LoadOptions): Promise<Settings> {
  const file = await readConfigFile(configFileOf(options.platform, options.home));
  const warnings = [...file.warnings];
  const leniently = <T>(work: () => T, otherwise: () => T, needed: boolean | undefined = false): T => {
    try {
      return work();
    } catch (error) {
      if (!options.lenient || needed || !(error instanceof B2dError)) throw error;
      warnings.push(`${error.message} It plays no part here.`);
      return otherwise();
    }
  };
  const resolve = (key: SettingKey): Setting<unknown> => leniently(() => resolveSetting(key, candidates(key, file, options), options), () => resolveSetting(key, [], options), key === 'machine' || options.needed?.includes(key));
  const entries = SETTING_KEYS.map((key) => [key, resolve(key)]);
  const registries = leniently(() => registryEntries(file, options), () => []);
  const engine = leniently(() => engineSettings(file, options), () => ({}));
  return { ...(Object.fromEntries(entries) as Pick<Settings, SettingKey>), extra: extraSettings(file, options), registries, engine, warnings };
}

/** A value typed for one setting of a machine that is there. @throws B2dError (usage) saying what is possible. */
export function checkSetting<K extends SettingKey>(key: K, raw: string, options: LoadOptions): SettingValues[K] {
  return resolveSetting(key, [{ raw, source: { layer: 'command', name: 'b2d config set' } }], options).value;
}

/** What the layers say about a setting, strongest first. */
function candidates(key: SettingKey, file: ConfigFile, { platform, home, flags, machine }: LoadOptions): Candidate[] {
  const configFile = configFileOf(platform, home);
  const variable = platform.env[variableOf(key)];
  const layers: Array<[RawValue | undefined, Source]> = [
    [flags?.[key], { layer: 'flag', name: `--${key}` }],
    [variable === '' && !definitions[key].emptyCounts ? undefined : variable, { layer: 'environment', name: variableOf(key) }],
    [machine?.values[key], { layer: 'machine', name: machine?.file ?? '' }],
    [file.values[key], { layer: 'file', name: configFile }],
  ];
  return layers.flatMap(([raw, source]) => (raw === undefined ? [] : [{ raw, source }]));
}

function resolveSetting<K extends SettingKey>(key: K, found: Candidate[], options: LoadOptions): Setting<SettingValues[K]> {
  const definition: SettingDefinition<SettingValues[K]> = definitions[key];
  const [inForce] = found.map(({ raw, source }) => {
    const value = definition.parse(raw, options.platform);
    if (value === undefined) throw invalid(key, raw, source, `It must be ${definition.form}.`);
    return { raw, setting: { value, source } };
  });
  if (inForce === undefined) return { value: definition.default(options.platform), source: { layer: 'default', name: 'default' } };
  const refusal = definition.refuse?.(inForce.setting.value, options.platform);
  if (refusal !== undefined) throw invalid(key, inForce.raw, inForce.setting.source, refusal);
  const { value, source } = inForce.setting;
  return { value: definition.resolvePaths?.(value, (path) => absolutePath(path, source, options)) ?? value, source };
}

/** A relative path starts where the user would look: beside config.toml if it stands there, else in the current folder. */
function absolutePath(path: string, source: Source, { platform, home, cwd }: LoadOptions): string {
  const base = source.layer === 'file' ? home : (cwd ?? process.cwd());
  return platform.path.resolve(base, expandTilde(platform, path));
}

/** `[qemu] accel = "kvm"`, or `B2D_QEMU_ACCEL=kvm`. */
export function extraSettings(file: Pick<ConfigFile, 'extra'>, { platform, home, machine }: LoadOptions): Record<string, Setting<string>> {
  const extra: Record<string, Setting<string>> = {};
  const add = (name: string, value: string, source: Source): void => void (extra[name] = { value, source });
  for (const [name, value] of Object.entries(file.extra)) add(name, value, { layer: 'file', name: configFileOf(platform, home) });
  for (const [name, value] of Object.entries(machine?.extra ?? {})) add(name, value, { layer: 'machine', name: machine?.file ?? '' });
  for (const [variable, value] of Object.entries(platform.env)) {
    const [, driver, name] = new RegExp(`^B2D_(${DRIVER_TABLES.join('|')})_([A-Z0-9_]+)$`, 'i').exec(variable) ?? [];
    if (driver && name && value) add(`${driver.toLowerCase()}.${name.toLowerCase().replaceAll('_', '-')}`, value, { layer: 'environment', name: variable });
  }
  return extra;
}

/** `[registry] mirrors = ["..."]`, or `B2D_REGISTRY_MIRRORS`, separated by commas or spaces: what stands anywhere counts. */
function registryEntries(file: ConfigFile, { platform, home }: LoadOptions): RegistryEntry[] {
  return REGISTRY_LISTS.flatMap((list) => {
    const variable = `B2D_REGISTRY_${list.toUpperCase()}`;
    const entry = (text: string, source: Source): RegistryEntry => ({ list, value: parseRegistry(list, text, source.name), source });
    const listed = (platform.env[variable] ?? '').split(/[\s,]+/).filter((text) => text !== '');
    return [
      ...(file.registry[list] ?? []).map((text) => entry(text, { layer: 'file', name: configFileOf(platform, home) })),
      ...listed.map((text) => entry(text, { layer: 'environment', name: variable })),
    ];
  });
}

/** `[engine] log-driver = "local"`. */
function engineSettings(file: ConfigFile, { platform, home }: LoadOptions): Record<string, Setting<unknown>> {
  const source: Source = { layer: 'file', name: configFileOf(platform, home) };
  return Object.fromEntries(Object.entries(file.engine).map(([key, value]) => {
    const reason = refusedEngineSetting(key, value);
    if (reason !== undefined) throw new B2dError(`"${key}" is not possible in [engine], in ${source.name}.`, { exit: 'usage', reason, remedy: `Remove it from ${source.name}.` });
    return [key, { value, source }];
  }));
}

function invalid(key: SettingKey, raw: RawValue, source: Source, reason: string): B2dError {
  if (source.layer === 'command') return new B2dError(`"${raw}" is not possible for ${key}.`, { exit: 'usage', reason, remedy: `${source.name} ${key} VALUE` });
  const where: Record<Exclude<Layer, 'command'>, string> = {
    default: 'the default', file: source.name, machine: source.name, environment: `the variable ${source.name}`, flag: `the flag ${source.name}`,
  };
  return new B2dError(`"${definitions[key].redact?.(String(raw)) ?? raw}" is not possible for ${key}, in ${where[source.layer]}.`, {
    exit: 'usage', reason, remedy: `Change ${where[source.layer]}. What is in force: b2d config`,
  });
}
