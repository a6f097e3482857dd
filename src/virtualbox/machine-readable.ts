/**
 * Reads `--machinereadable` output: lines of `key=value`, `key="value"` or `"key"="value"`.
 *
 * What real VirtualBox prints is looser than that: names, paths and descriptions have `"` and `\` escaped with a backslash, but NAT rules,
 * snapshot names and UART files are printed as they are (7.2), and before 7.1 paths were too; values go over several lines (descriptions);
 * Windows ends lines with CR LF; some lines are no entries at all (` rec_screen0`, `VRDEClients==0`).
 */
export function parseMachineReadable(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const [key, value] of rawEntries(text.split(/\r?\n/))) {
    // The first one counts: the facts come before descriptions and snapshots, whose text is anybody's.
    if (!entries.has(key)) entries.set(key, value);
  }
  return entries;
}

/** A key, then `=`, then the value's first line. */
const ENTRY = /^(?:"(?<quoted>.*?)"(?==)|(?<plain>[A-Za-z][\w()./-]*))=(?<value>.*)$/;
/** An entry whose value is quoted: inside an escaped value no line can look like this. */
const QUOTED_ENTRY = /^(?:".+?"|[A-Za-z][\w()./-]*)="/;

function* rawEntries(lines: readonly string[]): Generator<[key: string, value: string]> {
  for (let at = 0; at < lines.length; at += 1) {
    const { quoted, plain, value } = ENTRY.exec(lines[at]!)?.groups ?? {};
    if (value === undefined) continue;
    const key = quoted === undefined ? plain! : unescape(quoted);
    if (!value.startsWith('"')) {
      yield [key, value];
      continue;
    }
    let whole = value;
    while (at + 1 < lines.length && goesOn(whole, lines[at + 1]!, lines.length === at + 2)) whole += `\n${lines[(at += 1)]}`;
    yield [key, closed(whole) ? unescape(whole.slice(1, -1)) : whole.replace(/^"|"$/g, '')];
  }
}

/** Whether the next line belongs to this value, which may be closed by its look only. */
function goesOn(value: string, next: string, last: boolean): boolean {
  if (QUOTED_ENTRY.test(next)) return false;
  if (!closed(value)) return !(last && next === '');
  // A raw text with a line that ends in a quote: what follows is no entry, and ends in a quote at last.
  return next.endsWith('"') && !ENTRY.test(next);
}

function closed(value: string): boolean {
  const backslashes = /(\\*)"$/.exec(value)?.[1];
  return value.length > 1 && backslashes !== undefined && backslashes.length % 2 === 0;
}

/** Undoes the escapes of a value that has them: one with a backslash or a quote that escapes do not produce was printed as it is. */
function unescape(value: string): string {
  return /^(?:[^"\\]|\\["\\])*$/.test(value) ? value.replace(/\\(["\\])/g, '$1') : value;
}
