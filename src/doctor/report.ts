import { styleText } from 'node:util';
import { plainText } from '../platform/files.ts';
import type { Status } from './check.ts';
import type { Report, ReportedFinding } from './run.ts';

const STYLES: Record<Status, Parameters<typeof styleText>[0]> = { ok: 'green', warn: 'yellow', fail: ['red', 'bold'], skipped: 'dim' };

/** `skipped` is the longest. */
const STATUS_WIDTH = 7;

/** The report as text, ASCII but for the user's own names unless `color`. No line feed at the end. */
export function formatReport({ findings }: Report, { color }: { color: boolean }): string {
  const style = (format: Parameters<typeof styleText>[0], text: string): string => (color ? styleText(format, text, { validateStream: false }) : text);
  const titleWidth = Math.max(...findings.map(({ title }) => title.length));
  const indent = ' '.repeat(STATUS_WIDTH + 2 + titleWidth + 2);
  const row = ({ status, title, message, machine, details = [], remedy = [] }: ReportedFinding): string[] => [
    `${style(STYLES[status], status.padEnd(STATUS_WIDTH))}  ${title.padEnd(titleWidth)}  ${machine === undefined ? '' : `${machine}: `}${lines(message).join(' ')}`,
    ...details.flatMap(lines).map((line) => style('dim', `${indent}| ${line}`)),
    ...remedy.flatMap(lines).map((line, index) => style('cyan', `${indent}${index === 0 ? 'Try: ' : '     '}${line}`)),
  ];
  return [...findings.flatMap(row), '', summary(findings)].join('\n');
}

/** Other programs' words may hold escape sequences. */
function lines(text: string): string[] {
  return plainText(text).trimEnd().split('\n');
}

function summary(findings: readonly ReportedFinding[]): string {
  const count = (status: Status): number => findings.filter((entry) => entry.status === status).length;
  const [failed, warned] = [count('fail'), count('warn')];
  if (failed > 0) return `${failed} failed${warned > 0 ? `, ${warned} to look at` : ''}.`;
  return warned > 0 ? `Nothing failed; ${warned} to look at.` : 'All is well.';
}
