import { B2dCommand } from '../cli/base.ts';
import { machineFlag } from '../machine/errors.ts';
import { kill } from '../machine/kill.ts';
import { withMachine } from '../machine/machine.ts';

export default class Kill extends B2dCommand<typeof Kill> {
  static override summary = 'Switch the machine off at once; containers are cut off.';
  static override description = 'The data disk survives as after a power cut. Use it when `down` does not end. A suspended machine loses its saved state.';
  static override aliases = ['poweroff'];

  async run(): Promise<object> {
    const name = this.machineName;
    const { discarded } = await withMachine(this.workspace, name, 'kill', async () => kill(this.workspace, await this.openMachine()));
    if (discarded) this.workspace.progress.note(`The suspended state of "${name}" was thrown away.`);
    this.workspace.progress.note(`Machine "${name}" is off. Start it:  b2d up${machineFlag(name)}`);
    return { name, discarded };
  }
}
