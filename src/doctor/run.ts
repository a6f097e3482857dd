import { messageOf } from '../errors.ts';
import { fail, ofError, type Check, type Finding, type Status } from './check.ts';
import type { DoctorContext } from './context.ts';

/** A finding with the check it comes from: a row of the report, and of `--json`. */
export interface ReportedFinding extends Finding {
  check: string;
  title: string;
}

export interface Report {
  /** The worst of all; `skipped` counts as `ok`. */
  status: Exclude<Status, 'skipped'>;
  findings: ReportedFinding[];
}

/** A VirtualBox whose service hangs is given up after a minute, with its own remedy; only what hangs otherwise meets this. */
const CHECK_LIMIT_MS = 120_000;

/** Runs all checks at once; the report is in their order. A check that throws or does not end is a finding, and the others go on. */
export async function runChecks(checks: readonly Check[], context: DoctorContext, limitMs = CHECK_LIMIT_MS): Promise<Report> {
  const meant = checks.filter(({ os }) => os === undefined || os.includes(context.platform.os));
  const found = await Promise.all(meant.map(async (check) => {
    const findings = await runCheck(check, context, limitMs);
    return findings.map(({ status, message, ...more }): ReportedFinding => ({ check: check.id, title: check.title, status, message, ...more }));
  }));
  const findings = found.flat();
  const has = (status: Status): boolean => findings.some((entry) => entry.status === status);
  return { status: has('fail') ? 'fail' : has('warn') ? 'warn' : 'ok', findings };
}

async function runCheck(check: Check, context: DoctorContext, limitMs: number): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Finding[]>((resolve) => {
    timer = setTimeout(() => resolve([fail(`This check did not end within ${limitMs / 1000} seconds.`, { remedy: ['See what hangs: b2d doctor --debug'] })]), limitMs);
  });
  try {
    return await Promise.race([check.run(context), limit]);
  } catch (error) {
    context.note(`check ${check.id}: ${error instanceof Error ? error.stack : messageOf(error)}`);
    return [ofError(error)];
  } finally {
    clearTimeout(timer);
  }
}
