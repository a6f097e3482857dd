import { B2dCommand } from '../cli/base.ts';
import { machineFlag } from '../machine/errors.ts';
import { openMachine, withMachine } from '../machine/machine.ts';

export default class Kill extends B2dCommand<typeof Kill> {
  static override summary = 'Switch the machine off at once; containers are cut off.';
  static override description = 'The data disk survives as after a power cut. Use it when `down` does not end.';
  static override aliases = ['poweroff'];

  async run(): Promise<object> {
    const name = this.machineName;
    await withMachine(this.workspace, name, 'kill', async () => {
      const { driver, spec } = await openMachine(this.workspace, name);
      await this.workspace.progress.step('Switching off', () => driver.powerOff(spec));
    });
    this.workspace.progress.note(`Machine "${name}" is off. Start it:  b2d up${machineFlag(name)}`);
    return { name };
  }
}
