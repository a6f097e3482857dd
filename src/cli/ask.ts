import readline from 'node:readline/promises';

/** Asks on stderr and reads one line from stdin. Anything but `y` or `yes` is a no; so is a stdin that is not a terminal. */
export async function askYesNo(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const prompt = readline.createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
  } finally {
    prompt.close();
  }
}
