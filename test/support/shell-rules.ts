/**
 * What PowerShell and cmd make of a line, by their documented rules, for tests on systems that have neither.
 */

/**
 * The value a PowerShell expression of single-quoted strings and `[char]0x....` casts joined by ` + ` has (about_Quoting_Rules,
 * about_Operators). Throws where it holds anything else, a character beyond ASCII included: those depend on the console's code page.
 */
export function evaluatePowerShell(expression: string): string {
  let rest = expression;
  let value = '';
  for (let first = true; rest !== ''; first = false) {
    if (!first) {
      if (!rest.startsWith(' + ')) throw new Error(`not an expression: ${rest}`);
      rest = rest.slice(3);
    }
    const term = /^'((?:[\x20-\x26\x28-\x7e]|'')*)'(?!')/.exec(rest) ?? /^\[char\]0x([0-9A-F]{4})/.exec(rest);
    if (!term || (first && !rest.startsWith("'"))) throw new Error(`not a string: ${rest}`);
    value += rest.startsWith("'") ? (term[1] ?? '').replaceAll("''", "'") : String.fromCharCode(Number.parseInt(term[1] ?? '', 16));
    rest = rest.slice(term[0].length);
  }
  return value;
}

/**
 * The variable a line sets when `FOR /F ... DO @%i` runs it: SET "NAME=VALUE" takes all up to the last quote and nothing in it is
 * expanded; CALL SET expands %NAME% once more. Throws on what cmd would read otherwise.
 */
export function evaluateCmd(line: string, env: Record<string, string>): [name: string, value: string] {
  const set = /^(CALL )?SET "([A-Za-z_]+)=([\x20\x21\x23-\x7e]*)"$/.exec(line);
  if (!set) throw new Error(`not a SET line: ${line}`);
  const [, call, name = '', text = ''] = set;
  if (call === undefined) return [name, text];
  if (text.includes('^')) throw new Error('CALL doubles carets');
  const value = text.replace(/%([^%]+)%/g, (_, variable: string) => {
    const found = env[variable];
    if (found === undefined) throw new Error(`%${variable}% is not set`);
    return found;
  });
  return [name, value];
}
