import { B2dCommand } from '../cli/base.ts';
import { down } from '../machine/down.ts';
import { withMachine } from '../machine/machine.ts';

export default class Down extends B2dCommand<typeof Down> {
  static override summary = 'Shut the machine down in order; containers get the signal to stop.';
  static override aliases = ['stop', 'halt'];

  async run(): Promise<object> {
    const name = this.machineName;
    const wasRunning = await withMachine(this.workspace, name, 'down', async () => down(this.workspace, await this.openMachine()));
    this.workspace.progress.note(wasRunning ? `Machine "${name}" is down.` : `Machine "${name}" was not running.`);
    return { name, wasRunning };
  }
}
