import { B2dCommand } from '../../cli/base.ts';
import { autostartOff, autostartStatus, notOurs } from '../../machine/autostart.ts';
import { withMachine } from '../../machine/machine.ts';

export default class AutostartOff extends B2dCommand<typeof AutostartOff> {
  static override summary = 'Start the machine at login no longer. It goes on as it is.';
  static override description = 'Also for a machine that is gone.';
  static override hiddenAliases = ['autostart:disable'];

  async run(): Promise<object> {
    const name = this.machineName;
    const before = await withMachine(this.workspace, name, 'autostart off', () => autostartOff(this.workspace, name));
    if (before.state === 'other' || before.state === 'foreign') throw notOurs(before);
    this.workspace.progress.note(`Machine "${name}" ${before.state === 'off' ? 'was not started' : 'is no longer started'} when you log in.`);
    return { ...(await autostartStatus(this.workspace, name)), changed: before.state !== 'off' };
  }
}
