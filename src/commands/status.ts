import { B2dCommand } from '../cli/base.ts';
import { machineStatus, type MachineStatus } from '../machine/status.ts';

export default class Status extends B2dCommand<typeof Status> {
  static override summary = 'Show whether the machine runs and its engine answers.';
  static override description = 'The first word is the state: running, stopped, paused, saved, crashed, absent, starting, stopping or unknown.';

  async run(): Promise<MachineStatus> {
    const status = await machineStatus(await this.openMachine());
    this.log(status.state);
    if (status.detail) this.log(`  ${status.detail}`);
    if (status.dockerHost) this.log(`  DOCKER_HOST ${status.dockerHost}`);
    if (status.engine) this.log('error' in status.engine ? `  The engine does not answer: ${status.engine.error}` : `  Docker engine ${status.engine.version}, API ${status.engine.apiVersion}, Linux ${status.engine.kernel}`);
    return status;
  }
}
