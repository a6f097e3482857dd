import { ARGUMENTS, FLAGS, type Candidate, type Context, type Offer, type Source } from './sources.ts';
import { findCommand, longName, readTyped, remoteBegins, type Manifest, type ManifestCommand, type ManifestFlag, type ManifestPart, type Typed } from './typed.ts';

type World = Pick<Context, 'platform' | 'home'>;

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
  const [, prefix, flag = ''] = state.ended ? [] : /^(--([^=]+)=)/.exec(current) ?? [];
  if (prefix !== undefined) {
    const name = longName(flag, command) ?? '';
    return prefixed(prefix, await offerOf(command.flags?.[name], FLAGS[name], context));
  }
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
