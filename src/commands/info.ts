import { B2dCommand } from '../cli/base.ts';
import { formatTable } from '../output/table.ts';
import { machineInfo } from '../machine/info.ts';

export default class Info extends B2dCommand<typeof Info> {
  static override summary = 'Show everything about the machine: settings, ports, image, certificates, files.';

  async run(): Promise<object> {
    const info = await machineInfo(this.workspace, await this.openMachine());
    this.log(formatTable(Object.entries(info).map(([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : String(value)])));
    return info;
  }
}
