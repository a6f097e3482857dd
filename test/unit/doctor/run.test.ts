import { expect, test } from '@jest/globals';
import { ok, skipped, warn, type Check } from '../../../src/doctor/check.ts';
import { runChecks } from '../../../src/doctor/run.ts';
import { B2dError } from '../../../src/errors.ts';
import { doctorContext } from '../../support/doctor.ts';
import { fakePlatform } from '../../support/platform.ts';

const context = () => doctorContext(fakePlatform('linux', { env: { B2D_HOME: '/no/such' } }));
const check = (id: string, run: Check['run'], os?: Check['os']): Check => ({ id, title: id.toUpperCase(), run, ...(os && { os }) });

test('checks run at once, and are reported in their order', async () => {
  let letGo: () => void = () => undefined;
  const second = new Promise<void>((resolve) => (letGo = resolve));
  const first = check('first', async () => second.then(() => [ok('one')]));
  const report = await runChecks([first, check('second', async () => (letGo(), [ok('two'), ok('three', { machine: 'dev' })]))], await context());
  expect(report).toEqual({
    status: 'ok',
    findings: [
      { check: 'first', title: 'FIRST', status: 'ok', message: 'one' },
      { check: 'second', title: 'SECOND', status: 'ok', message: 'two' },
      { check: 'second', title: 'SECOND', status: 'ok', message: 'three', machine: 'dev' },
    ],
  });
});

test('what a check throws is a finding with its reason and remedy, and the others go on', async () => {
  const error = new B2dError('It broke.', { reason: 'It was old.', remedy: 'b2d mend', details: ['a line'] });
  const report = await runChecks([check('a', () => Promise.reject(error)), check('b', async () => [ok('fine')])], await context());
  expect(report).toMatchObject({ status: 'fail', findings: [{ status: 'fail', message: 'It broke. It was old.', remedy: ['b2d mend'], details: ['a line'] }, { status: 'ok' }] });
});

test('a check that does not end is a finding', async () => {
  const report = await runChecks([check('a', () => new Promise(() => undefined)), check('b', async () => [ok('fine')])], await context(), 20);
  expect(report.findings).toMatchObject([{ check: 'a', status: 'fail', message: expect.stringContaining('did not end') }, { status: 'ok' }]);
});

test('checks of other operating systems are left out', async () => {
  const report = await runChecks([check('a', async () => [ok('')], ['win32']), check('b', async () => [ok('')], ['linux', 'darwin'])], await context());
  expect(report.findings.map((finding) => finding.check)).toEqual(['b']);
});

test.each([
  [[ok('')], 'ok'],
  [[ok(''), skipped('')], 'ok'],
  [[skipped(''), warn('')], 'warn'],
] as const)('%j together are %s', async (findings, status) => {
  expect((await runChecks([check('a', async () => [...findings])], await context())).status).toBe(status);
});
