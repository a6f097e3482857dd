import { B2dCommand } from '../../cli/base.ts';
import { formatTable } from '../../output/table.ts';

export default class SnapshotList extends B2dCommand<typeof SnapshotList> {
  static override summary = 'List the machine\'s snapshots, the oldest first.';
  static override hiddenAliases = ['snapshot:ls'];

  async run(): Promise<object> {
    const { driver, spec } = await this.openMachine();
    const snapshots = await driver.snapshotList(spec);
    if (snapshots.length > 0) this.log(formatTable([['name', 'made', 'holds'], ...snapshots.map(({ name, createdAt, memory }) => [name, createdAt.replace(/\.\d+/, ''), memory ? 'disk, memory' : 'disk'])]));
    else this.workspace.progress.note(`Machine "${this.machineName}" has no snapshots.`);
    return { machine: this.machineName, snapshots };
  }
}
