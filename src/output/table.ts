/** Rows as columns of even width, two blanks apart, no blanks at line ends. Numbers are the caller's to format. */
export function formatTable(rows: ReadonlyArray<readonly unknown[]>): string {
  const cells = rows.map((row) => row.map((cell) => (cell === undefined || cell === null ? '' : String(cell).replace(/[\r\n\t]+/g, ' '))));
  const widths = cells.reduce<number[]>((before, row) => row.map((cell, column) => Math.max(before[column] ?? 0, columns(cell))).concat(before.slice(row.length)), []);
  return cells.map((row) => row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - columns(cell))).join('  ').trimEnd()).join('\n');
}

/** Columns a text takes on a terminal: combining marks none, wide East Asian characters and emoji two. */
function columns(text: string): number {
  let count = 0;
  for (const character of text.normalize('NFC')) {
    if (/\p{M}|\u200d/u.test(character)) continue;
    count += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(character) ? 2 : 1;
  }
  return count;
}
