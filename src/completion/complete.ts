import { splitRemoteCommand } from '../cli/remote-command.ts';
import { ARGUMENTS, FLAGS, type Candidate, type Context, type Offer, type Source } from './sources.ts';

interface ManifestPart {
  description?: string;
  hidden?: boolean;
  options?: readonly string[];
  multiple?: boolean;
}

interface ManifestFlag extends ManifestPart {
  type: string;
  char?: string;
  aliases?: readonly string[];
  allowNo?: boolean;
  exclusive?: readonly string[];
  helpGroup?: string;
}

interface ManifestCommand {
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

type World = Pick<Context, 'platform' | 'home'>;

/** A command's flags and arguments as far as they are typed. */
interface Typed {
  positional: string[];
  /** Flags by their names, with the last value. */
  flags: Map<string, string>;
  /** The flag whose value comes next. */
  pending?: string;
  /** `--` was typed: no flag follows. */
  ended: boolean;
}

/**
 * What may stand in place of the last of the words behind `b2d`, which are typed up to the cursor. Candidates are whole words, and not filtered by
 * what is typed of it, which shells do in their own ways; an alias is offered only where nothing else begins as it does.
 */
export async function complete(words: readonly string[], manifest: Manifest, world: World): Promise<Offer> {
  const [typed, current] = [words.slice(0, -1), words.at(-1) ?? ''];
  if (typed[0] === 'help') return { candidates: children(typed.slice(1), current, manifest) };
  const { id, length } = findCommand(typed, manifest);
  const command = id === undefined ? undefined : manifest.commands[id];
  const rest = typed.slice(length);
  const under = (id === undefined || rest.length === 0) && !current.startsWith('-') ? children(typed, current, manifest) : [];
  if (typed.length === 0) return { candidates: current.startsWith('-') ? [{ value: '--help' }, { value: '--version' }] : [...under, { value: 'help', description: 'Tell about b2d, or about a command.' }] };
  if (id === undefined || command === undefined) return { candidates: under };
  if (id === 'ssh' && remoteBegins(rest, command)) return {};
  const state = readTyped(rest, command);
  const context: Context = { ...world, flags: state.flags, positional: state.positional };
  if (state.pending !== undefined) return offerOf(command.flags?.[state.pending], FLAGS[state.pending], context);
  const [, name, flag] = state.ended ? [] : /^(--([^=]+)=)/.exec(current) ?? [];
  if (name !== undefined) return prefixed(name, await offerOf(command.flags?.[longName(flag ?? '', command) ?? ''], FLAGS[longName(flag ?? '', command) ?? ''], context));
  if (current.startsWith('-') && !state.ended) return { candidates: flagCandidates(command, state, current) };
  const [argument, part] = argumentAt(command, state.positional.length);
  const offer = await offerOf(part, ARGUMENTS[`${id} ${argument}`], context);
  const candidates = [...under, ...(offer.candidates ?? [])];
  // Nothing else is possible: flags are what Tab is pressed for.
  return { ...offer, candidates: candidates.length === 0 && offer.paths === undefined && current === '' && !state.ended ? flagCandidates(command, state, current) : candidates };
}

/** The words that can follow: commands and topics. */
function children(above: readonly string[], current: string, { commands, topics = {} }: Manifest): Candidate[] {
  const below = (names: readonly string[]): string[] => names.map((name) => name.split(':')).filter((name) => name.length > above.length && above.every((word, index) => word === name[index])).map((name) => name[above.length] as string);
  const shown = Object.entries(commands).filter(([, { hidden }]) => !hidden);
  const names = [...new Set(below(shown.map(([id]) => id)))];
  const aliases = names.some((name) => name.startsWith(current)) ? [] : below(shown.flatMap(([, command]) => command.aliases ?? []));
  return [...names, ...aliases].map((value) => {
    const full = [...above, value].join(':');
    return { value, description: (topics[full]?.description ?? (commands[full] ?? shown.find(([, command]) => command.aliases?.includes(full))?.[1])?.summary ?? '').replaceAll('`', '"') };
  });
}

/** The command that the words begin with, by any of its names, and of how many words that is. */
function findCommand(words: readonly string[], { commands }: Manifest): { id: string | undefined; length: number } {
  for (let length = words.length; length > 0; length--) {
    const name = words.slice(0, length).join(':');
    const [id] = Object.entries(commands).find(([each, { aliases = [], hiddenAliases = [] }]) => each === name || aliases.includes(name) || hiddenAliases.includes(name)) ?? [];
    if (id !== undefined) return { id, length };
  }
  return { id: undefined, length: 0 };
}

function remoteBegins(rest: readonly string[], { flags = {} }: ManifestCommand): boolean {
  const withValue = Object.entries(flags).flatMap(([name, { type, char }]) => (type === 'option' ? [`--${name}`, ...(char === undefined ? [] : [`-${char}`])] : []));
  return rest.includes('--') || splitRemoteCommand(rest, withValue).remote.length > 0;
}

function readTyped(words: readonly string[], command: ManifestCommand): Typed {
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
function longName(typed: string, { flags = {} }: ManifestCommand): string | undefined {
  return Object.keys(flags).find((name) => name === typed || flags[name]?.aliases?.includes(typed) || (flags[name]?.allowNo && `no-${name}` === typed));
}

function flagCandidates({ flags = {} }: ManifestCommand, typed: Typed, current: string): Candidate[] {
  const fits = ([name, flag]: [string, ManifestFlag]): boolean => !flag.hidden && (flag.multiple === true || !typed.flags.has(name)) && ![...typed.flags.keys()].some((seen) => flag.exclusive?.includes(seen) || flags[seen]?.exclusive?.includes(name));
  const own = Object.entries(flags).filter(fits).sort(([, a], [, b]) => Number(a.helpGroup === 'GLOBAL') - Number(b.helpGroup === 'GLOBAL'));
  return [
    ...own.flatMap(([name, { char, allowNo, description }]): Candidate[] => [
      { value: `--${name}`, description },
      ...(allowNo ? [{ value: `--no-${name}`, description: `Not: ${description ?? name}` }] : []),
      ...(char !== undefined && current === '-' ? [{ value: `-${char}`, description }] : []),
    ]),
    { value: '--help', description: 'Show what the command does, and its flags.' },
  ];
}

/** The name and the definition of an argument; `*` for the words of a command that takes any, whose last argument may be repeated. */
function argumentAt({ args = {}, strict }: ManifestCommand, index: number): [string, ManifestPart | undefined] {
  const list = Object.entries(args);
  return list[index] ?? (strict === false ? (list.at(-1) ?? ['*', undefined]) : ['', undefined]);
}

async function offerOf(part: ManifestPart | undefined, source: Source | undefined, context: Context): Promise<Offer> {
  if (part?.options !== undefined) return { candidates: part.options.map((value) => ({ value })) };
  return typeof source === 'function' ? source(context) : (source ?? {});
}

function prefixed(prefix: string, { candidates = [], ...offer }: Offer): Offer {
  return { ...offer, candidates: candidates.map(({ value, ...more }) => ({ ...more, value: `${prefix}${value}` })) };
}
