import { Flags } from '@oclif/core';
import { B2dCommand } from '../cli/base.ts';
import { confirm } from '../cli/confirm.ts';
import { deleteMachine } from '../machine/delete.ts';
import { machineFlag } from '../machine/errors.ts';
import { withMachine } from '../machine/machine.ts';

export default class Delete extends B2dCommand<typeof Delete> {
  static override summary = 'Delete the machine with all its images, containers and volumes.';
  static override description = 'Asks first. Downloaded boot images stay.';
  static override aliases = ['destroy', 'rm'];
  static override flags = { yes: Flags.boolean({ char: 'y', description: 'Do not ask.' }) };

  async run(): Promise<object> {
    const name = this.machineName;
    const { paths } = await this.openMachine();
    await confirm(`Delete machine "${name}" with its images, containers and volumes (${paths.directory})?`, {
      yes: this.flags.yes, refusal: `Machine "${name}" was not deleted.`, command: `b2d delete${machineFlag(name)}`,
    });
    const left = await withMachine(this.workspace, name, 'delete', async () => deleteMachine(this.workspace, await this.openMachine()));
    this.workspace.progress.note(`Machine "${name}" is deleted.`);
    if (left.length > 0) this.workspace.progress.note(`Left in ${paths.directory}, because b2d did not make it: ${left.join(', ')}`);
    return { name, left };
  }
}
