import { B2dCommand } from '../../cli/base.ts';
import { restartEngineAndTell } from '../../cli/engine-change.ts';

export default class EngineRestart extends B2dCommand<typeof EngineRestart> {
  static override summary = 'Restart the Docker engine with the settings of now; the machine goes on.';
  static override description = 'Takes over config.toml\'s [engine] and [registry], "b2d registry", "b2d ca" and the proxy of this shell. Containers go on, but in Swarm mode.';

  async run(): Promise<object> {
    const name = this.machineName;
    await this.openMachine();
    return { name, ...(await restartEngineAndTell(this.workspace, name, { proxy: true })) };
  }
}
