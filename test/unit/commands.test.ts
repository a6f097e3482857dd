import fs from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { LIST_FILE, listCommands, readManifest, type CommandManifest } from '../support/commands/list.ts';

test('commands, arguments and flags are those that were reviewed', async () => {
  const [reviewed, built] = [await fs.readFile(LIST_FILE, 'utf8'), listCommands(await readManifest())];
  if (built === reviewed) return;
  const [gone, come] = [without(reviewed, built), without(built, reviewed)];
  throw new Error(`The command line is not what test/unit/commands.snapshot.txt says. Users' scripts depend on it: a name that goes away needs an alias, a default that changes a reason.
Is it meant? Then renew the file by  npm run commands , read the difference, and name the change in CHANGELOG.md.
${[...gone.map((line) => `- ${line}`), ...come.map((line) => `+ ${line}`)].join('\n') || 'Only the order is another.'}`);
});

/** The lines of `text`, each below its command's name, that `other` has not. */
function without(text: string, other: string): string[] {
  const full = (list: string): string[] => list.split('\n\n').flatMap((block) => block.trimEnd().split('\n').map((line, index, lines) => (index === 0 ? line : `${lines[0]}: ${line.trim()}`)));
  const known = new Set(full(other));
  return full(text).filter((line) => !known.has(line));
}

const manifest = (change: (command: CommandManifest['commands'][string]) => void): CommandManifest => {
  const command: CommandManifest['commands'][string] = {
    strict: true, aliases: ['start'], hiddenAliases: ['boot:now'], args: { name: { required: true, options: ['a', 'b'] }, other: {} },
    flags: { driver: { type: 'option', char: 'd', helpValue: 'NAME', default: 'auto', exclusive: ['iso'] }, restart: { type: 'boolean', allowNo: true, aliases: ['again'] } },
  };
  change(command);
  return { commands: { 'up:now': command } };
};

test('the list', () => {
  expect(listCommands(manifest(() => undefined))).toBe(`b2d up now
  also start
  also, untold boot now
  NAME (required) (one of a, b)
  OTHER
  --driver, -d NAME (default "auto") (not with iso)
  --[no-]restart, --again
`);
});

test.each<[string, Parameters<typeof manifest>[0]]>([
  ['a command that is hidden', (command) => (command.hidden = true)],
  ['an alias', (command) => command.aliases.pop()],
  ['a hidden alias', (command) => command.hiddenAliases.pop()],
  ['further words', (command) => (command.strict = false)],
  ['an argument', (command) => delete command.args['other']],
  ['the order of arguments', (command) => (command.args = { other: {}, ...command.args, name: command.args['name'] ?? {} })],
  ['whether an argument is required', (command) => delete command.args['name']?.required],
  ['the values of an argument', (command) => command.args['name']?.options?.pop()],
  ['a flag', (command) => delete command.flags['restart']],
  ['the kind of a flag', (command) => Object.assign(command.flags['driver'] ?? {}, { type: 'boolean' })],
  ['a char', (command) => delete command.flags['driver']?.char],
  ['an alias of a flag', (command) => delete command.flags['restart']?.aliases],
  ['a negation', (command) => delete command.flags['restart']?.allowNo],
  ['the values of a flag', (command) => Object.assign(command.flags['driver'] ?? {}, { options: ['auto'] })],
  ['a default', (command) => Object.assign(command.flags['driver'] ?? {}, { default: 'qemu' })],
  ['an exclusivity', (command) => delete command.flags['driver']?.exclusive],
  ['a dependence', (command) => Object.assign(command.flags['driver'] ?? {}, { dependsOn: ['x'] })],
  ['whether a flag may be repeated', (command) => Object.assign(command.flags['driver'] ?? {}, { multiple: true })],
])('%s is in it', (_, change) => {
  expect(listCommands(manifest(change))).not.toBe(listCommands(manifest(() => undefined)));
});
