import { B2dCommand } from '../cli/base.ts';
import { dockerHost } from '../machine/loopback.ts';
import { engineEndpoint } from '../machine/machine.ts';
import { runningMachine } from '../machine/running.ts';

export default class Url extends B2dCommand<typeof Url> {
  static override summary = 'Print the DOCKER_HOST of the machine.';

  async run(): Promise<object> {
    const url = dockerHost(engineEndpoint(await runningMachine(await this.openMachine())).port);
    this.log(url);
    return { url };
  }
}
