import { Args, Flags } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { confirm } from '../../cli/confirm.ts';
import { machineFlag } from '../../machine/errors.ts';
import { withMachine } from '../../machine/machine.ts';
import { findSnapshot, restoreSnapshot } from '../../machine/snapshots.ts';

export default class SnapshotRestore extends B2dCommand<typeof SnapshotRestore> {
  static override summary = 'Put images, containers and volumes back to a snapshot; what came later is lost.';
  static override description = 'Asks first. The machine must be down; one that is suspended loses its state. Settings, ports, keys, certificates and the boot image stay those of today.';
  static override hiddenAliases = ['snapshot:apply'];
  static override args = { name: Args.string({ description: 'Which snapshot.', required: true }) };
  static override flags = { yes: Flags.boolean({ char: 'y', description: 'Do not ask.' }) };

  async run(): Promise<object> {
    const machine = this.machineName;
    const flag = machineFlag(machine);
    const { name, createdAt } = await findSnapshot(await this.openMachine(), this.args.name);
    await confirm(`Put machine "${machine}" back to the snapshot "${name}" of ${createdAt}? What it wrote to its disk since then, and a suspended state, are lost.`, {
      yes: this.flags.yes, refusal: `The snapshot "${name}" was not restored.`, command: `b2d snapshot restore ${name}${flag}`,
    });
    const state = await withMachine(this.workspace, machine, 'snapshot restore', async () => restoreSnapshot(this.workspace, await this.openMachine(), name));
    this.workspace.progress.note(`Machine "${machine}" is as it was in the snapshot "${name}". ${state === 'saved' ? 'Let it go on' : 'Start it'}:  b2d up${flag}`);
    return { machine, name, state };
  }
}
