import { B2dCommand } from '../cli/base.ts';
import { machineFlags, shareHomeFlag } from '../cli/machine-flags.ts';
import { pendingNote } from '../cli/text.ts';
import { ensureMachine } from '../machine/init.ts';
import { machineFlag } from '../machine/errors.ts';
import { withMachine } from '../machine/machine.ts';

export default class Init extends B2dCommand<typeof Init> {
  static override summary = 'Make the machine without starting it.';
  static override description = 'For a machine that is there, changes the settings given.';
  static override flags = { ...machineFlags, ...shareHomeFlag };
  static override examples = ['<%= config.bin %> init', '<%= config.bin %> init --machine big --memory 8g --disk 200g'];

  async run(): Promise<object> {
    const name = this.machineName;
    const { machine, created, changed } = await withMachine(this.workspace, name, 'init', () => ensureMachine(this.workspace, name, this.requested));
    const { progress } = this.workspace;
    if (created) progress.note(`Machine "${name}" is made. Start it:  b2d up${machineFlag(name)}`);
    else progress.note(changed.length > 0 ? pendingNote(name, changed) : `Machine "${name}" was there; nothing changed.`);
    const { driver, memoryMiB, cpus, diskMiB, image } = machine.record;
    return { name, created, changed, driver, memoryMiB, cpus, diskMiB, image };
  }
}
