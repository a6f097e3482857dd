import { B2dCommand } from '../cli/base.ts';
import { runningMachine } from '../machine/running.ts';
import { LOOPBACK } from '../machine/loopback.ts';

export default class Ip extends B2dCommand<typeof Ip> {
  static override summary = 'Print the address of the machine: always this computer\'s loopback.';

  async run(): Promise<object> {
    await runningMachine(await this.openMachine());
    this.log(LOOPBACK);
    return { ip: LOOPBACK };
  }
}
