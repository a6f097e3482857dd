import { B2dCommand } from '../../cli/base.ts';
import { machineFlag } from '../../machine/errors.ts';
import { listShares } from '../../machine/shares/list.ts';
import { describeAccess } from '../../machine/shares/share.ts';
import { formatTable } from '../../output/table.ts';

export default class ShareList extends B2dCommand<typeof ShareList> {
  static override summary = 'List the folders that are shared with the machine.';
  static override description = 'A running machine is asked what it has mounted. Give docker the path of the second column: docker run -v GUESTPATH:/w';
  static override aliases = ['share:ls'];

  async run(): Promise<object> {
    const machine = await this.openMachine();
    const shares = await listShares(this.workspace, machine);
    if (shares.length === 0) this.workspace.progress.note(`Nothing is shared with "${this.machineName}". Share a folder:  b2d share add PATH${machineFlag(this.machineName)}`);
    else this.log(formatTable([['on this computer', 'in the machine', 'access', 'state'], ...shares.map(({ hostPath, guestPath, state, ...access }) => [hostPath, guestPath, describeAccess(access), state])]));
    return { name: this.machineName, shares };
  }
}
