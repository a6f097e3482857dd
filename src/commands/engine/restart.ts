import { B2dCommand } from '../../cli/base.ts';
import { restartEngineAndTell } from '../../cli/engine-change.ts';

export default class EngineRestart extends B2dCommand<typeof EngineRestart> {
  static override summary = 'Restart the Docker engine with the current settings; the machine goes on.';
  static override description = 'Applies [engine] and [registry] of config.toml, "b2d registry", "b2d ca" and the proxy of this shell. Containers go on, except in Swarm mode.';

  async run(): Promise<object> {
    const name = this.machineName;
    await this.openMachine();
    return { name, ...(await restartEngineAndTell(this.workspace, name, { proxy: true })) };
  }
}
