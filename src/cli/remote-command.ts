/**
 * Splits `b2d ssh`'s words into its own flags and the remote command, which begins at the first word that is not a flag or
 * a flag's value, or after `--`; the remote command's own flags then need no `--`, as with ssh itself.
 * @param withValue flags whose value is the next word.
 */
export function splitRemoteCommand(argv: readonly string[], withValue: readonly string[]): { own: string[]; remote: string[] } {
  let index = 0;
  while (index < argv.length) {
    const word = argv[index] as string;
    if (word === '--') return { own: argv.slice(0, index), remote: argv.slice(index + 1) };
    if (!word.startsWith('-') || word === '-') break;
    index += withValue.includes(word) ? 2 : 1;
  }
  return { own: argv.slice(0, index), remote: argv.slice(index) };
}
