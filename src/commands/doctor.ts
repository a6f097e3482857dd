import { B2dCommand } from '../cli/base.ts';
import { checks } from '../doctor/checks/index.ts';
import { openDoctorContext } from '../doctor/context.ts';
import { formatReport } from '../doctor/report.ts';
import { runChecks, type Report } from '../doctor/run.ts';
import { ExitCode } from '../exit-codes.ts';
import { createProgress } from '../output/progress.ts';
import { terminalTraits } from '../output/terminal.ts';
import { hostPlatform } from '../platform/platform.ts';

export default class Doctor extends B2dCommand<typeof Doctor> {
  static override summary = 'Look for what is wrong with this computer and its machines; say what helps.';
  static override description = 'Changes nothing. Looks at all machines, or at the one named by --machine. Ends with 1 when something failed.';

  /** Settings that cannot be used are a finding, not the end. */
  protected override async prepare(): Promise<void> {}

  async run(): Promise<Report> {
    const platform = hostPlatform();
    const progress = createProgress(process.stderr, platform.env);
    const note = this.flags.debug ? progress.note : () => undefined;
    const report = await progress.step('Looking', async () => runChecks(checks, await openDoctorContext(platform, { machine: this.flags.machine, note })));
    this.log(formatReport(report, { color: terminalTraits(process.stdout, platform.env).styled }));
    if (report.status === 'fail') process.exitCode = ExitCode.failure;
    return report;
  }
}
