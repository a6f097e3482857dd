import { Args, Flags } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { confirm } from '../../cli/confirm.ts';
import { machineFlag } from '../../machine/errors.ts';
import { withMachine } from '../../machine/machine.ts';
import { deleteSnapshot, findSnapshot } from '../../machine/snapshots.ts';

export default class SnapshotDelete extends B2dCommand<typeof SnapshotDelete> {
  static override summary = 'Delete a snapshot; the machine stays as it is.';
  static override description = 'Asks first: what only the snapshot still holds is lost.';
  static override hiddenAliases = ['snapshot:rm'];
  static override args = { name: Args.string({ description: 'Which snapshot.', required: true }) };
  static override flags = { yes: Flags.boolean({ char: 'y', description: 'Do not ask.' }) };

  async run(): Promise<object> {
    const machine = this.machineName;
    const { name, createdAt } = await findSnapshot(await this.openMachine(), this.args.name);
    await confirm(`Delete the snapshot "${name}" of ${createdAt} of machine "${machine}"? The machine stays as it is.`, {
      yes: this.flags.yes, refusal: `The snapshot "${name}" was not deleted.`, command: `b2d snapshot delete ${name}${machineFlag(machine)}`,
    });
    await withMachine(this.workspace, machine, 'snapshot delete', async () => deleteSnapshot(this.workspace, await this.openMachine(), name));
    this.workspace.progress.note(`The snapshot "${name}" is deleted.`);
    return { machine, name };
  }
}
