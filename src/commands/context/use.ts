import { B2dCommand } from '../../cli/base.ts';
import { setCurrentContext } from '../../engine/docker-config.ts';
import { overriddenBy, refreshContext } from '../../machine/docker-context.ts';
import { machineFlag } from '../../machine/errors.ts';
import { dockerHost } from '../../machine/loopback.ts';
import { engineEndpoint, withMachine } from '../../machine/machine.ts';
import { clientName } from '../../machine/name.ts';

export default class ContextUse extends B2dCommand<typeof ContextUse> {
  static override summary = 'Let the docker client use the machine in every shell.';
  static override description = 'As `docker context use`, and brings the context up to date first. Back to what it was: docker context use NAME';

  async run(): Promise<object> {
    const { platform, progress } = this.workspace;
    const name = this.machineName;
    const context = clientName(name);
    const { machine, previous } = await withMachine(this.workspace, name, 'context use', async () => {
      const opened = await this.openMachine();
      await refreshContext(platform, opened);
      return { machine: opened, previous: (await setCurrentContext(platform, context)) ?? 'default' };
    });
    progress.note(previous === context ? `docker already uses the context "${context}".` : `docker uses the context "${context}". Back:  docker context use ${previous}`);
    const overridden = overriddenBy(platform, context);
    if (overridden !== undefined) progress.note(`But not here: ${overridden}`);
    const { state } = await machine.driver.state(machine.spec);
    if (state !== 'running') progress.note(`Machine "${name}" is not running: it is ${state}. Start it:  b2d up${machineFlag(name)}`);
    return { context, machine: name, previous, dockerHost: dockerHost(engineEndpoint(machine).port), ...(overridden && { overridden }) };
  }
}
