/** A command line of bash up to the cursor. */
export interface BashLine {
  /** Its words, without quotes; the last one, maybe empty, is under the cursor. */
  words: string[];
  /** The quote that is open at the cursor. */
  quote: '' | "'" | '"';
  /** Where in the last word begins what bash will replace: behind a character that breaks words, or behind the open quote. */
  from: number;
}

/**
 * Reads COMP_LINE up to COMP_POINT. COMP_WORDS would not do: bash splits `--driver=qemu` and `dev:` at each of COMP_WORDBREAKS, and leaves quotes in.
 * Variables and substitutions stay as they are typed.
 * @param breaks COMP_WORDBREAKS
 */
export function readBashLine(line: string, breaks: string): BashLine {
  const words: string[] = [];
  let word: string | undefined;
  let quote: BashLine['quote'] = '';
  let from = 0;
  for (let index = 0; index < line.length; index++) {
    const character = line[index] as string;
    if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      from = 0;
    } else if (character === quote) {
      quote = '';
      from = word?.length ?? 0;
    } else if (quote === '' && (character === "'" || character === '"')) {
      quote = character;
      from = (word ??= '').length;
    } else if (character === '\\' && quote !== "'") {
      const next = line[++index] ?? '';
      word = (word ?? '') + (quote === '"' && !/["\\$`]/.test(next) ? `\\${next}` : next);
    } else {
      word = (word ?? '') + character;
      if (quote === '' && breaks.includes(character)) from = word.length;
    }
  }
  return { words: [...words, word ?? ''], quote, from };
}

/** The values that begin with the word under the cursor, as bash puts them in its place. */
export function bashReplies(values: readonly string[], { words, quote, from }: BashLine): string[] {
  const current = words.at(-1) ?? '';
  return values.filter((value) => value.startsWith(current)).map((value) => quoteFor(quote, value.slice(from)));
}

function quoteFor(quote: BashLine['quote'], text: string): string {
  if (quote === "'") return text.replaceAll("'", String.raw`'\''`);
  return text.replace(quote === '"' ? /["\\$`]/g : /[^A-Za-z0-9\u0080-\uffff_@%+=:,./~-]/g, String.raw`\$&`);
}
