import { splitRemoteCommand } from '../cli/remote-command.ts';
import { flagsWithValue } from '../words.ts';

export interface ManifestPart {
  description?: string;
  hidden?: boolean;
  options?: readonly string[];
  multiple?: boolean;
}

export interface ManifestFlag extends ManifestPart {
  type: string;
  char?: string;
  aliases?: readonly string[];
  allowNo?: boolean;
  exclusive?: readonly string[];
  helpGroup?: string;
}

export interface ManifestCommand {
  hidden?: boolean;
  strict?: boolean;
  summary?: string;
  aliases?: readonly string[];
  hiddenAliases?: readonly string[];
  args?: Record<string, ManifestPart>;
  flags?: Record<string, ManifestFlag>;
}

/** What of oclif.manifest.json and package.json is needed. */
export interface Manifest {
  commands: Record<string, ManifestCommand>;
  /** Descriptions of topics, by name. */
  topics?: Record<string, { description?: string }>;
}

/** A command's flags and arguments as far as they are typed. */
export interface Typed {
  positional: string[];
  /** Flags by their names, with the last value. */
  flags: Map<string, string>;
  /** The flag whose value comes next. */
  pending?: string;
  /** `--` was typed: no flag follows. */
  ended: boolean;
}

/** The command that the words begin with, by any of its names, and of how many words that is. */
export function findCommand(words: readonly string[], { commands }: Manifest): { id: string | undefined; length: number } {
  for (let length = words.length; length > 0; length--) {
    const name = words.slice(0, length).join(':');
    const [id] = Object.entries(commands).find(([each, { aliases = [], hiddenAliases = [] }]) => each === name || aliases.includes(name) || hiddenAliases.includes(name)) ?? [];
    if (id !== undefined) return { id, length };
  }
  return { id: undefined, length: 0 };
}

/** Whether the words behind `b2d ssh` have reached the remote command. */
export function remoteBegins(rest: readonly string[], command: ManifestCommand): boolean {
  return rest.includes('--') || splitRemoteCommand(rest, flagsWithValue(command)).remote.length > 0;
}

/** Reads the words behind a command. */
export function readTyped(words: readonly string[], command: ManifestCommand): Typed {
  const typed: Typed = { positional: [], flags: new Map(), ended: false };
  for (const word of words) {
    if (typed.pending !== undefined) {
      typed.flags.set(typed.pending, word);
      delete typed.pending;
    } else if (typed.ended || !word.startsWith('-') || word === '-') typed.positional.push(word);
    else if (word === '--') typed.ended = true;
    else {
      const [, long, value, char] = /^(?:--([^=]+)(?:=(.*))?|-(.).*)$/s.exec(word) ?? [];
      const name = long === undefined ? Object.keys(command.flags ?? {}).find((each) => command.flags?.[each]?.char === char) : longName(long, command);
      if (name === undefined) continue;
      typed.flags.set(name, value ?? '');
      if (command.flags?.[name]?.type === 'option' && value === undefined && (long !== undefined || word.length === 2)) typed.pending = name;
    }
  }
  return typed;
}

/** The name of the flag typed as `--driver`, `--lines` (an alias) or `--no-restart`. */
export function longName(typed: string, { flags = {} }: ManifestCommand): string | undefined {
  return Object.keys(flags).find((name) => name === typed || flags[name]?.aliases?.includes(typed) || (flags[name]?.allowNo && `no-${name}` === typed));
}
