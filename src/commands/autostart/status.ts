import { B2dCommand } from '../../cli/base.ts';
import { autostartStatus, type AutostartStatus } from '../../machine/autostart.ts';

export default class AutostartStatusCommand extends B2dCommand<typeof AutostartStatusCommand> {
  static override summary = 'Show whether the machine is started when you log in.';
  static override description = `The first word is on, off, stale (of a b2d that is gone or another: "b2d autostart on" renews it), idle (switched off in the operating
system), left (its machine is gone: "b2d autostart off" removes it), or other and foreign (not this machine's: left alone).`;

  async run(): Promise<AutostartStatus> {
    const name = this.machineName;
    const status = await autostartStatus(this.workspace, name);
    if (status.state === 'off') await this.openMachine();
    this.log(status.state);
    if (status.reason) this.log(`  ${status.reason}`);
    if (status.state !== 'off') this.log(`  entry ${status.entry}`);
    if (status.program) this.log(`  program ${status.program}`);
    if (status.program) this.log(`  log ${status.log}`);
    return status;
  }
}
