import { B2dCommand } from '../cli/base.ts';
import { formatTable } from '../output/table.ts';
import { machineStatus } from '../machine/status.ts';

export default class Version extends B2dCommand<typeof Version> {
  static override summary = 'Show the version of b2d, of the machine\'s image and of its engine.';

  async run(): Promise<object> {
    const { platform } = this.workspace;
    const machine = await this.openMachine().catch(() => undefined); // no machine is no reason to hide b2d's version
    const status = machine && (await machineStatus(machine));
    const result = {
      b2d: this.config.version,
      node: process.versions.node,
      platform: `${platform.os}-${platform.arch}`,
      ...(status && { image: status.image }),
      ...(status?.engine && 'version' in status.engine && { engine: status.engine.version, api: status.engine.apiVersion, kernel: status.engine.kernel }),
    };
    this.log(formatTable(Object.entries(result)));
    return result;
  }
}
