import fs from 'node:fs/promises';
import path from 'node:path';

interface Part {
  description?: string;
  required?: boolean;
  hidden?: boolean;
  options?: string[];
  default?: unknown;
  multiple?: boolean;
  dependsOn?: string[];
  exclusive?: string[];
}

interface Flag extends Part {
  type: 'boolean' | 'option';
  char?: string;
  aliases?: string[];
  charAliases?: string[];
  allowNo?: boolean;
  helpValue?: string;
}

export interface ManifestCommand {
  hidden?: boolean;
  strict: boolean;
  enableJsonFlag?: boolean;
  aliases: string[];
  hiddenAliases: string[];
  args: Record<string, Part>;
  flags: Record<string, Flag>;
  summary?: string;
  description?: string;
  examples?: string[];
}

/** What users, scripts and shells can rely on. */
export interface CommandManifest {
  commands: Record<string, ManifestCommand>;
}

const root = path.resolve(import.meta.dirname, '..', '..', '..');

/** The reviewed list; `npm run commands` renews it. */
export const LIST_FILE = path.join(root, 'test', 'unit', 'commands.snapshot.txt');

/** The built manifest. */
export async function readManifest(): Promise<CommandManifest> {
  return JSON.parse(await fs.readFile(path.join(root, 'dist', 'oclif.manifest.json'), 'utf8')) as CommandManifest;
}

/** Every command with all that its callers may depend on, a line each: names, aliases, arguments, flags, values, defaults. Texts are left out. */
export function listCommands({ commands }: CommandManifest): string {
  const blocks = Object.entries(commands).sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, command]) => [
    line('b2d', spoken(id), command.hidden && '(hidden)'),
    ...(command.aliases.length > 0 ? [line('  also', command.aliases.map(spoken).sort().join(', '))] : []),
    ...(command.hiddenAliases.length > 0 ? [line('  also, untold', command.hiddenAliases.map(spoken).sort().join(', '))] : []),
    ...Object.entries(command.args).map(([name, arg]) => line(`  ${name.toUpperCase()}`, ...limits(arg))), // in their order, which counts
    ...(command.strict ? [] : ['  WORDS...']),
    ...Object.entries(command.flags).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, flag]) => line('  ', ...describeFlag(name, flag)).replace('   ', '  ')),
  ].join('\n'));
  return `${blocks.join('\n\n')}\n`;
}

function describeFlag(name: string, flag: Flag): (string | false | undefined)[] {
  const dashed = (names: string[] = [], dashes: string): string[] => names.map((each) => `${dashes}${each}`);
  return [
    [`--${flag.allowNo ? '[no-]' : ''}${name}`, ...dashed(flag.char === undefined ? [] : [flag.char], '-'), ...dashed(flag.aliases, '--'), ...dashed(flag.charAliases, '-')].join(', '),
    flag.type === 'option' && (flag.helpValue ?? 'VALUE'), ...limits(flag),
  ];
}

function limits({ required, hidden, options, default: preset, multiple, dependsOn, exclusive }: Part): (string | false | undefined)[] {
  return [
    required && '(required)', hidden && '(hidden)', multiple && '(several)', options && `(one of ${options.join(', ')})`, preset !== undefined && `(default ${JSON.stringify(preset)})`,
    dependsOn && dependsOn.length > 0 && `(only with ${dependsOn.join(', ')})`, exclusive && exclusive.length > 0 && `(not with ${exclusive.join(', ')})`,
  ];
}

const spoken = (id: string): string => id.replaceAll(':', ' ');
const line = (...parts: (string | false | undefined)[]): string => parts.filter(Boolean).join(' ');
