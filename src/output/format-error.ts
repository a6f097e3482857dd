import { styleText } from 'node:util';
import type { B2dError } from '../errors.ts';

/**
 * An error as text for stderr: what failed, why, the facts, what to type next. Without `color` it is ASCII but for the user's own names.
 * Ends with a line feed.
 */
export function formatError(error: B2dError, { color }: { color: boolean }): string {
  const style = (format: Parameters<typeof styleText>[0], text: string): string => (color ? styleText(format, text, { validateStream: false }) : text);
  const block = (label: string, lines: readonly string[]): string[] => lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(5)} ${line}`);
  const flat = (lines: readonly string[]): string[] => lines.flatMap((line) => printable(line).split('\n'));
  return [
    `${style(['red', 'bold'], 'Error:')} ${printable(error.message)}`,
    ...block('Why:', flat(error.reason === undefined ? [] : [error.reason])),
    ...flat(error.details).map((line) => style('dim', `  | ${line}`)),
    ...block('Try:', flat(error.remedy)).map((line) => style('cyan', line)),
  ].join('\n') + '\n';
}

/** Console lines and other programs' words may hold escape sequences, which could change what the user's terminal shows. */
function printable(text: string): string {
  return text.replace(/\r+\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '').trimEnd();
}
