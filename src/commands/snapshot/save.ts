import { Args } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { withMachine } from '../../machine/machine.ts';
import { saveSnapshot } from '../../machine/snapshots.ts';

export default class SnapshotSave extends B2dCommand<typeof SnapshotSave> {
  static override summary = 'Save the machine\'s images, containers and volumes as they are, to come back to.';
  static override description = 'A machine that runs goes on. Its memory is saved too with VirtualBox; with QEMU the disk alone, as a power cut would leave it: run `b2d down` first for one that is at rest.';
  static override hiddenAliases = ['snapshot:create', 'snapshot:take'];
  static override args = { name: Args.string({ description: 'Letters, digits, "-", "_" and ".".', required: true }) };
  static override examples = ['<%= config.bin %> snapshot save before-upgrade'];

  async run(): Promise<object> {
    const { snapshot, state } = await withMachine(this.workspace, this.machineName, 'snapshot save', async () => saveSnapshot(this.workspace, await this.openMachine(), this.args.name));
    const what = snapshot.memory ? 'disk and memory' : state === 'running' || state === 'paused' ? 'the disk, as a power cut would leave it now' : 'the disk';
    this.workspace.progress.note(`Snapshot "${snapshot.name}" is saved: ${what}.`);
    return { machine: this.machineName, ...snapshot };
  }
}
