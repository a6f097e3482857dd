import { expect, test } from '@jest/globals';
import { formatReport } from '../../../src/doctor/report.ts';
import type { Report, ReportedFinding } from '../../../src/doctor/run.ts';

const finding = (status: ReportedFinding['status'], title: string, more: Partial<ReportedFinding> = {}): ReportedFinding => ({ check: title, title, status, message: `about ${title}`, ...more });
const report = (...findings: ReportedFinding[]): Report => ({ status: 'ok', findings });

test('a line for each finding, in columns, with its facts and what to try below', () => {
  const text = formatReport(report(
    finding('ok', 'QEMU'),
    finding('fail', 'Ports', { machine: 'dev', details: ['a fact\nin two lines'], remedy: ['b2d restart', 'or wait'] }),
    finding('warn', 'Locks'),
    finding('skipped', 'Clock'),
  ), { color: false });
  expect(text.split('\n')).toEqual([
    'ok       QEMU   about QEMU',
    'fail     Ports  dev: about Ports',
    '                | a fact',
    '                | in two lines',
    '                Try: b2d restart',
    '                     or wait',
    'warn     Locks  about Locks',
    'skipped  Clock  about Clock',
    '',
    '1 failed, 1 to look at.',
  ]);
});

test.each([
  [['ok', 'skipped'], 'All is well.'],
  [['warn', 'warn'], 'Nothing failed; 2 to look at.'],
  [['fail'], '1 failed.'],
] as const)('%j ends with: %s', (statuses, summary) => {
  expect(formatReport(report(...statuses.map((status) => finding(status, 'T'))), { color: false }).split('\n').at(-1)).toBe(summary);
});

test('escape sequences are the report\'s own, and only where colours are welcome', () => {
  const hostile = report(finding('fail', 'T', { message: '\u001b[2Jgone', details: ['\u001b]0;x\u0007'], remedy: ['\u001b[31mred'] }));
  expect(formatReport(hostile, { color: false })).not.toContain('\u001b');
  const coloured = formatReport(hostile, { color: true });
  expect(coloured).toContain('\u001b[31m');
  expect(coloured).not.toContain('\u001b[2J');
});
