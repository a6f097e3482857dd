import { splitRemoteCommand } from './cli/remote-command.ts';

/** What oclif.manifest.json says of a command, as far as it is needed before oclif is. */
interface ManifestCommand {
  aliases?: string[];
  flags?: Record<string, { type: string; char?: string }>;
}

export interface Manifest {
  commands: Record<string, ManifestCommand>;
}

/** Facts of the command line for errors that come before, or outside, oclif's parser. */
export interface Words {
  /** For oclif. */
  argv: string[];
  json: boolean;
  debug: boolean;
  /** The command, where it is one. */
  command: string | undefined;
  /** All names, aliases included. */
  commands: string[];
}

/**
 * Brings the words into oclif's form: `b2d help up` is `b2d up --help`, `b2d --version --json` is `b2d version --json`, and the remote command
 * of `b2d ssh` stands behind `--`, so that `b2d ssh docker --help` asks docker for help.
 */
export function readWords(words: readonly string[], manifest: Manifest): Words {
  const commands = Object.entries(manifest.commands).flatMap(([id, { aliases = [] }]) => [id, ...aliases]).map((name) => name.replaceAll(':', ' '));
  const argv = normalise(words, manifest);
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  return { argv, commands, json: own.includes('--json'), debug: own.includes('--debug'), command: commandOf(own, commands) };
}

/** The longest name that the words begin with: `image ls`. */
function commandOf(words: readonly string[], commands: readonly string[]): string | undefined {
  return commands.filter((name) => name === words.slice(0, name.split(' ').length).join(' ')).sort((a, b) => b.length - a.length)[0];
}

function normalise(words: readonly string[], { commands }: Manifest): string[] {
  const [first, ...rest] = words;
  if (first === 'help') return [...rest, '--help'];
  if (first === '--version' && rest.length > 0) return ['version', ...rest];
  if (first !== 'ssh') return [...words];
  const { own, remote } = splitRemoteCommand(rest, flagsWithValue(commands['ssh']));
  return remote.length === 0 ? [...words] : [first, ...own, '--', ...remote];
}

/** `--machine`, `-m`: the next word is theirs. */
export function flagsWithValue(command: Pick<ManifestCommand, 'flags'> | undefined): string[] {
  return Object.entries(command?.flags ?? {}).flatMap(([name, { type, char }]) => (type === 'option' ? [`--${name}`, ...(char === undefined ? [] : [`-${char}`])] : []));
}
