import { B2dCommand } from '../cli/base.ts';
import { suspendedNote } from '../cli/text.ts';
import { machineFlag } from '../machine/errors.ts';
import { withMachine } from '../machine/machine.ts';
import { suspend } from '../machine/suspend.ts';

export default class Suspend extends B2dCommand<typeof Suspend> {
  static override summary = 'Save the running machine to disk and end it; `up` lets it go on where it was.';
  static override description = 'Containers are frozen, not stopped. Connections from outside end. Not every hypervisor can do it.';
  static override aliases = ['save'];

  async run(): Promise<object> {
    const name = this.machineName;
    const { acted, state } = await withMachine(this.workspace, name, 'suspend', async () => suspend(this.workspace, await this.openMachine()));
    this.workspace.progress.note(state === 'saved' ? suspendedNote(name) : `Machine "${name}" is not running: there is nothing to suspend. Start it:  b2d up${machineFlag(name)}`);
    return { name, wasRunning: acted, state };
  }
}
