import { usualHome } from '../config/home.ts';
import { B2dError } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';
import { requirePlain, type LoginStart } from './start.ts';

/** What Windows takes of a Run value: https://learn.microsoft.com/windows/win32/setupapi/run-and-runonce-registry-keys */
const MAX_LENGTH = 260;

/** From Windows 10 2004 on conhost keeps the quotes of the command that it runs: https://github.com/microsoft/terminal/pull/1815 */
const MIN_BUILD = 19041;

/**
 * The command line that Windows runs at login. Node is a console program, for which Windows would open a window: conhost is told to have none.
 * The home folder is left out where it is the usual one: there is little room.
 * @throws B2dError (usage, unsupported)
 */
export function windowsCommand(platform: Platform, start: LoginStart): string {
  requirePlain(start);
  const { machine, home, node, program } = start;
  const command = [conhost(platform), '--headless', node, program, '--machine', machine, ...(home === usualHome(platform) ? [] : ['--home', home])].map(quoteWord).join(' ');
  const build = Number(platform.release.split('.')[2]);
  if (build < MIN_BUILD) throw new B2dError('This Windows is too old for b2d to start machines at login.', { exit: 'unsupported', reason: `It is build ${build}; Windows 10 2004 (build ${MIN_BUILD}) or newer is needed.`, remedy: 'Put a shortcut that runs "b2d up" into the folder of: explorer shell:startup' });
  if (command.length <= MAX_LENGTH) return command;
  throw new B2dError('The command is too long for Windows to run it at login.', { exit: 'usage', reason: `It has ${command.length} characters, of ${MAX_LENGTH}: ${command}`, remedy: 'Choose a shorter B2D_HOME or machine name, or install b2d in a folder with a shorter path.' });
}

/** What `windowsCommand` was made of; undefined for any other command. */
export function readWindowsCommand(platform: Platform, command: string): LoginStart | undefined {
  const [conhostFile, headless, node, program, machineFlag, machine, homeFlag, home, ...more] = splitWords(command);
  const ours = conhostFile !== undefined && platform.path.basename(conhostFile).toLowerCase() === 'conhost.exe' && headless === '--headless' && machineFlag === '--machine';
  const ends = homeFlag === undefined || (homeFlag === '--home' && home !== undefined && more.length === 0);
  if (!ours || !ends || node === undefined || program === undefined || machine === undefined || platform.path.basename(program) !== 'at-login.js') return undefined;
  return { machine, home: home ?? usualHome(platform), node, program, path: '', log: '' };
}

function conhost({ path, env }: Platform): string {
  return path.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'conhost.exe');
}

/** Backslashes count only before a double quote, which no path has: https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments */
function quoteWord(word: string): string {
  return /[^\w\\/:.~-]/.test(word) ? `"${word.replace(/\\+$/, '$&$&')}"` : word;
}

/** The words of a command line of `quoteWord`. */
function splitWords(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|[^\s"]+/g)].map(([word, quoted]) => (quoted === undefined ? word : quoted.replace(/\\\\$/, '\\')));
}
