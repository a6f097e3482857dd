import { B2dError } from '../errors.ts';
import type { ShellName } from './shells.ts';

/** Everything between single quotes is literal but the quote itself: POSIX.1-2017, Shell Command Language, 2.2.2. */
export function quoteSh(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

/** Between single quotes fish knows two escapes, `\'` and `\\`: https://fishshell.com/docs/current/language.html#quotes */
export function quoteFish(value: string): string {
  return `'${value.replace(/['\\]/g, String.raw`\$&`)}'`;
}

/** History substitution happens even between single quotes, and `\!` prevents it: tcsh(1), "Lexical structure". */
export function quoteTcsh(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`).replaceAll('!', String.raw`\!`)}'`;
}

/**
 * Between single quotes only a doubled quote is special (about_Quoting_Rules). What is not ASCII is written as `[char]` codes: Windows
 * PowerShell decodes a program's output by the console's code page, which is seldom UTF-8, and takes curly quotes for quotes.
 */
export function quotePowerShell(value: string): string {
  const parts = value.match(/[\x20-\x7e]+|[^\x20-\x7e]/g) ?? [''];
  const terms = parts.map((part) => (/^[\x20-\x7e]/.test(part) || part === '' ? `'${part.replaceAll("'", "''")}'` : charCodes(part)));
  if (terms[0]?.startsWith('[')) terms.unshift("''"); // the left operand makes it a string
  return terms.join(' + ');
}

/** UTF-16 code units, as .NET strings hold them. */
function charCodes(part: string): string {
  return Array.from(part, (_, index) => `[char]0x${part.charCodeAt(index).toString(16).toUpperCase().padStart(4, '0')}`).join(' + ');
}

/**
 * The line that sets a variable in cmd, to be run by `FOR /F ... DO @%i`: there percent signs, carets, ampersands and spaces stand
 * for themselves, because the expansion of `%i` comes after those of `%NAME%` and of special characters. `"` cannot be expressed.
 *
 * cmd decodes what it reads by the console's code page, so letters beyond ASCII would be damaged. Where the value begins with a variable
 * that cmd already has (a home folder named after Jörg), CALL is made to expand that variable a second time instead.
 * @param known variables of the user's environment that a value may begin with
 */
export function cmdSetLine(name: string, value: string, known: Readonly<Record<string, string | undefined>>): string {
  if (isAscii(value)) return `SET "${name}=${value}"`;
  for (const [variable, prefix] of Object.entries(known)) {
    if (!prefix || !value.startsWith(prefix) || /["%]/.test(prefix)) continue;
    const rest = value.slice(prefix.length);
    if (isAscii(rest) && !/[%^]/.test(rest)) return `CALL SET "${name}=%${variable}%${rest}"`;
  }
  throw inexpressible('cmd', name, 'it has letters beyond ASCII, which cmd reads by the code page of the console');
}

const isAscii = (text: string) => !/[^\x00-\x7f]/.test(text);

/** What no quoting carries through how each shell reads the script: words are split at line ends, or each line is run by itself. */
const impossible: Record<ShellName, { characters: RegExp; why: string }> = {
  sh: { characters: /\0/, why: 'it has a NUL character' },
  fish: { characters: /\0/, why: 'it has a NUL character' },
  tcsh: { characters: /[\0\r\n]/, why: 'it has a line end' },
  powershell: { characters: /\0/, why: 'it has a NUL character' },
  cmd: { characters: /[\0\r\n"]/, why: 'it has a line end or a double quote' },
};

/** @throws B2dError (usage) rather than writing a script that would set another value. */
export function checkExpressible(shell: ShellName, name: string, value: string): void {
  if (impossible[shell].characters.test(value)) throw inexpressible(shell, name, impossible[shell].why);
}

function inexpressible(shell: ShellName, name: string, why: string): B2dError {
  return new B2dError(`The value of ${name} cannot be written for ${shell}.`, {
    exit: 'usage',
    reason: `Its value cannot be quoted: ${why}.`,
    remedy: shell === 'cmd' ? 'Use PowerShell, or set B2D_HOME to a folder with a plain name, for example C:\\b2d' : 'Use another shell, or set B2D_HOME to a folder with a plain name.',
  });
}
