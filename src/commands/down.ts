import { B2dCommand } from '../cli/base.ts';
import { suspendedNote } from '../cli/text.ts';
import { down } from '../machine/down.ts';
import { withMachine } from '../machine/machine.ts';

export default class Down extends B2dCommand<typeof Down> {
  static override summary = 'Shut the machine down in order; containers get the signal to stop.';
  static override description = 'A suspended machine stays suspended.';
  static override aliases = ['stop', 'halt'];

  async run(): Promise<object> {
    const name = this.machineName;
    const { acted, state } = await withMachine(this.workspace, name, 'down', async () => down(this.workspace, await this.openMachine()));
    this.workspace.progress.note(state === 'saved' ? suspendedNote(name) : acted ? `Machine "${name}" is down.` : `Machine "${name}" was not running.`);
    return { name, wasRunning: acted, state };
  }
}
