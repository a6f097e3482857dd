import { B2dCommand } from '../cli/base.ts';
import { machineFlags } from '../cli/machine-flags.ts';
import { down } from '../machine/down.ts';
import { dockerHost } from '../machine/loopback.ts';
import { engineEndpoint, withMachine } from '../machine/machine.ts';
import { up } from '../machine/up.ts';

export default class Restart extends B2dCommand<typeof Restart> {
  static override summary = 'Shut the machine down in order and start it again.';
  static override aliases = ['reset'];
  static override flags = machineFlags;

  async run(): Promise<object> {
    const name = this.machineName;
    const machine = await withMachine(this.workspace, name, 'restart', async () => {
      await down(this.workspace, await this.openMachine());
      return (await up(this.workspace, name, this.requested)).machine;
    });
    this.workspace.progress.note(`Machine "${name}" is up.`);
    return { name, dockerHost: dockerHost(engineEndpoint(machine).port) };
  }
}
