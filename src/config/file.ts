import fs from 'node:fs/promises';
import { parse, TomlError } from 'smol-toml';
import { B2dError, codeOf } from '../errors.ts';
import { storageError } from '../platform/files.ts';
import { closest } from './closest.ts';
import { REGISTRY_LISTS, type Registries } from './registries.ts';
import { DRIVER_TABLES, SETTING_KEYS, SETTING_TABLES, type RawValue } from './settings.ts';

/** What config.toml says, by setting; `extra` by `driver.name`. */
export interface ConfigFile {
  values: Record<string, RawValue>;
  extra: Record<string, string>;
  /** The table [registry]. */
  registry: Partial<Registries>;
  /** The table [engine]: what goes into the engine's daemon.json. */
  engine: Record<string, unknown>;
  /** Keys b2d does not know, as sentences: they are no errors, a newer b2d may have written them. */
  warnings: string[];
}

/**
 * Reads config.toml; where there is none, nothing is set.
 * @throws B2dError (stateUnreadable) with the line where it is not TOML, (usage) for a value of the wrong kind, (storage) when it cannot be read
 */
export async function readConfigFile(file: string): Promise<ConfigFile> {
  const bytes = await fs.readFile(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw storageError('read', file, error);
  });
  const config: ConfigFile = { values: {}, extra: {}, registry: {}, engine: {}, warnings: [] };
  if (bytes === undefined) return config;
  for (const [key, value] of Object.entries(parseToml(file, decode(file, bytes)))) {
    if (isOneOf(DRIVER_TABLES, key)) addDriverTable(config, file, key, value);
    else if (key === 'registry') addRegistryTable(config, file, value);
    else if (key === 'engine') config.engine = engineTable(file, value);
    else if (SETTING_TABLES.has(key)) for (const [name, inner] of Object.entries(asTable(file, key, value))) addSetting(config, file, `${key}.${name}`, inner);
    else addSetting(config, file, key, value);
  }
  return config;
}

function addSetting(config: ConfigFile, file: string, key: string, value: unknown): void {
  if (!isOneOf(SETTING_KEYS, key)) config.warnings.push(unknownKey(file, key, [...SETTING_KEYS, ...DRIVER_TABLES, 'registry', 'engine']));
  else if (typeof value === 'string' || typeof value === 'number') config.values[key] = value;
  else if (typeof value === 'boolean' && key === 'host-access') config.values[key] = String(value);
  else if (key === 'ca' && Array.isArray(value) && value.every((entry) => typeof entry === 'string')) config.values[key] = value;
  else throw wrongKind(file, key, value, key === 'ca' ? 'a string or a list of strings' : 'a string or a number');
}

const isOneOf = (names: readonly string[], name: string): boolean => names.includes(name);

/** Editors on Windows may write UTF-16 or a byte order mark. */
function decode(file: string, bytes: Buffer): string {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  try {
    return new TextDecoder(utf16 ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new B2dError(`${file} is not a text in UTF-8.`, { exit: 'stateUnreadable', remedy: 'Save it again as UTF-8.', cause: error });
  }
}

function parseToml(file: string, source: string): Record<string, unknown> {
  try {
    return parse(source);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new B2dError(`${file} is not valid TOML: line ${error.line}, column ${error.column}.`, {
      exit: 'stateUnreadable',
      reason: error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, ''),
      details: error.codeblock.trimEnd().split('\n'),
      remedy: 'Correct the line, or move the file away to use the defaults.',
      cause: error,
    });
  }
}

function addDriverTable(config: ConfigFile, file: string, driver: string, table: unknown): void {
  for (const [name, value] of Object.entries(asTable(file, driver, table))) {
    if (!['string', 'number', 'boolean'].includes(typeof value)) throw wrongKind(file, `${driver}.${name}`, value, 'a string, a number, true or false');
    config.extra[`${driver}.${name}`] = String(value);
  }
}

function asTable(file: string, key: string, table: unknown): object {
  if (typeof table !== 'object' || table === null || Array.isArray(table) || table instanceof Date) throw wrongKind(file, key, table, `a table: [${key}]`);
  return table;
}

function addRegistryTable(config: ConfigFile, file: string, table: unknown): void {
  for (const [list, entries] of Object.entries(asTable(file, 'registry', table))) {
    const known = REGISTRY_LISTS.find((name) => name === list);
    if (known === undefined) config.warnings.push(unknownKey(file, `registry.${list}`, REGISTRY_LISTS.map((name) => `registry.${name}`)));
    else if (Array.isArray(entries) && entries.every((entry) => typeof entry === 'string')) config.registry[known] = entries;
    else throw wrongKind(file, `registry.${list}`, entries, 'a list of texts: ["..."]');
  }
}

/** JSON has everything that TOML has but dates, and numbers that are none. */
function engineTable(file: string, table: unknown): Record<string, unknown> {
  const check = (key: string, value: unknown): void => {
    if (value instanceof Date || (typeof value === 'number' && !Number.isFinite(value))) throw wrongKind(file, key, value, 'a value that JSON has');
    if (typeof value === 'object' && value !== null) for (const [name, inner] of Object.entries(value)) check(`${key}.${name}`, inner);
  };
  const settings = { ...asTable(file, 'engine', table) };
  check('engine', settings);
  return settings;
}

function unknownKey(file: string, key: string, known: readonly string[]): string {
  const meant = closest(key, known);
  return `${file}: "${key}" is not a setting of b2d${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
}

function wrongKind(file: string, key: string, value: unknown, wanted: string): B2dError {
  const found = Array.isArray(value) ? 'a list' : value instanceof Date ? 'a date' : typeof value === 'object' ? 'a table' : JSON.stringify(value);
  return new B2dError(`"${key}" in ${file} is ${found}.`, { exit: 'usage', reason: `It must be ${wanted}.`, remedy: `Correct ${file}, or remove the line.` });
}
