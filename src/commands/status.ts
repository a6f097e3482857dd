import { Flags } from '@oclif/core';
import { B2dCommand } from '../cli/base.ts';
import { watch, watchFlags } from '../cli/watch.ts';
import { machineStatus, type MachineStatus } from '../machine/status.ts';

export default class Status extends B2dCommand<typeof Status> {
  static override summary = 'Show whether the machine runs and its engine answers.';
  static override description = `The first word is the state: running, stopped, paused, saved, crashed, absent, starting, stopping or unknown.
With --watch it is \`b2d top\`: what the machine takes, again and again.`;
  static override flags = {
    watch: Flags.boolean({ char: 'w', description: 'Go on, with what the machine takes of CPU, memory and disk, until Ctrl-C.' }),
    interval: { ...watchFlags.interval, dependsOn: ['watch'] },
    count: { ...watchFlags.count, dependsOn: ['watch'] },
  };

  async run(): Promise<MachineStatus | undefined> {
    if (this.flags.watch) {
      this.streamed = true;
      await watch(this.workspace, () => this.openMachine(), { ...this.flags, json: this.jsonEnabled() });
      return undefined;
    }
    const status = await machineStatus(await this.openMachine());
    this.log(status.state);
    if (status.detail) this.log(`  ${status.detail}`);
    if (status.dockerHost) this.log(`  DOCKER_HOST ${status.dockerHost}`);
    if (status.engine) this.log('error' in status.engine ? `  The engine does not answer: ${status.engine.error}` : `  Docker engine ${status.engine.version}, API ${status.engine.apiVersion}, Linux ${status.engine.kernel}`);
    const { portForwarder } = status;
    if (portForwarder?.running) this.log(`  Published ports are forwarded by process ${portForwarder.pid}${portForwarder.trouble === null ? '' : `, but not just now: ${portForwarder.trouble}`}`);
    else if (portForwarder) this.log(this.settings['ports.forward'].value === 'off' ? '  Published ports are not forwarded, by the setting ports.forward' : '  Published ports are not forwarded: the forwarder does not run. Start it: b2d up');
    return status;
  }
}
