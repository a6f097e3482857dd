import { bashReplies, readBashLine } from './bash-line.ts';
import type { Offer } from './sources.ts';

/** The shells that there are scripts for. */
export const COMPLETION_SHELLS = ['bash', 'zsh', 'fish', 'powershell', 'pwsh'] as const;

/** What a script asks, and how it wants to be answered. */
export interface Question {
  /** The words behind `b2d` up to the cursor. */
  words: readonly string[];
  /** Lines; the first one says what else is possible: `files` or `folders`, `open`. */
  write(offer: Offer): string;
}

/** Reads what a script passes: `bash LINE WORDBREAKS`, `zsh WORD...`, `fish WORD...`, `powershell BASE64` of the words, a line each. */
export function readQuestion([shell, ...rest]: readonly string[]): Question | undefined {
  if (shell === 'bash') {
    const line = readBashLine(rest[0] ?? '', rest[1] ?? '');
    return { words: line.words.slice(1), write: (offer) => lines(offer, bashReplies(offer.candidates?.map(({ value }) => value) ?? [], line)) };
  }
  if (shell === 'zsh') return { words: rest, write: (offer) => lines(offer, rows(offer).map(([value, description]) => `${value.replace(/[\\:]/g, String.raw`\$&`)}${description && `:${description}`}`)) };
  if (shell === 'fish') return { words: rest, write: (offer) => lines(offer, rows(offer).map(([value, description]) => `${value}${description && `\t${description}`}`)) };
  if (shell === 'powershell') {
    const words = Buffer.from(rest[0] ?? '', 'base64').toString('utf8').split('\n');
    return { words, write: (offer) => powerShellAnswer(offer, words.at(-1) ?? '') };
  }
  return undefined;
}

/** A value with a line end cannot be passed, nor typed. */
function rows({ candidates = [] }: Offer): [string, string][] {
  return candidates.filter(({ value }) => !/[\r\n\t]/.test(value)).map(({ value, description = '' }) => [value, description.replace(/\s+/g, ' ')]);
}

function lines({ paths, open }: Offer, values: readonly string[]): string {
  return [`${paths ?? 'values'}${open ? ' open' : ''}`, ...values.filter((value) => !/[\r\n]/.test(value))].map((line) => `${line}\n`).join('');
}

/** JSON in ASCII, whatever code page Windows PowerShell decodes it by. */
function powerShellAnswer(offer: Offer, current: string): string {
  const values = rows(offer).filter(([value]) => value.startsWith(current)).map(([value, description]) => ({ value, text: quoteArgument(value), description: description || value }));
  return `${JSON.stringify({ paths: offer.paths ?? '', values }).replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

/** In PowerShell curly quotes are quotes too (about_Quoting_Rules); each is doubled. */
function quoteArgument(value: string): string {
  return /^[A-Za-z0-9_./:\\=+-]+$/.test(value) ? value : `'${value.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}
