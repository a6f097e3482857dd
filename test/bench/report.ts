import { formatTable } from '../../src/output/table.ts';

/** A goal of the project and what was measured. */
export interface Goal {
  what: string;
  goal: string;
  measured: string;
  met: boolean;
}

/** What a benchmark gives back. */
export interface Report {
  /** Blocks of text, printed with an empty line between them. */
  blocks: string[];
  goals: Goal[];
}

/** A table whose columns after the first are right-aligned. */
export function numbersTable(header: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return formatTable(all.map((row) => row.map((cell, column) => (column === 0 ? cell : cell.padStart(widths[column] ?? 0)))));
}

/** The goals of all benchmarks that ran. */
export function goalsTable(goals: readonly Goal[]): string {
  return formatTable([['goal', 'at most', 'measured', ''], ...goals.map(({ what, goal, measured, met }) => [what, goal, measured, met ? 'met' : 'MISSED'])]);
}

/** A ratio as `0.13`. */
export function ratio(part: number, whole: number): string {
  return (part / whole).toFixed(2);
}

/** The value below which that share of them lies; 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
}
