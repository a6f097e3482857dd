import { B2dCommand } from '../cli/base.ts';
import { machineFlags } from '../cli/machine-flags.ts';
import { goneBackNote } from '../cli/text.ts';
import { dockerHost } from '../machine/loopback.ts';
import { engineEndpoint, withMachine } from '../machine/machine.ts';
import { restart } from '../machine/restart.ts';

export default class Restart extends B2dCommand<typeof Restart> {
  static override summary = 'Shut the machine down in order and start it again.';
  static override description = 'A suspended machine goes on first, so that its containers can stop in order.';
  static override aliases = ['reset'];
  static override flags = machineFlags;

  async run(): Promise<object> {
    const name = this.machineName;
    const { machine, goneBack } = await withMachine(this.workspace, name, 'restart', () => restart(this.workspace, name, this.requested));
    this.workspace.progress.note(`Machine "${name}" is up.`);
    if (goneBack) this.workspace.progress.note(goneBackNote(name, goneBack));
    return { name, dockerHost: dockerHost(engineEndpoint(machine).port) };
  }
}
