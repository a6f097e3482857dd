import { Flags } from '@oclif/core';
import { askYesNo } from '../cli/ask.ts';
import { B2dCommand } from '../cli/base.ts';
import { imageFlags } from '../cli/machine-flags.ts';
import { B2dError } from '../errors.ts';
import { machineFlag } from '../machine/errors.ts';
import { fetchImage, fetchSource, labelOf, nameOf } from '../machine/image.ts';
import { withMachine, type Machine } from '../machine/machine.ts';
import { findOffers, isUpgrade, type Offers } from '../machine/offer.ts';
import { rollBack, upgrade, type UpgradeResult } from '../machine/upgrade.ts';

export default class Upgrade extends B2dCommand<typeof Upgrade> {
  static override summary = 'Give the machine the newest image; containers, images and volumes stay.';
  static override description = `Takes the newest release's image, or the one that came with this b2d. The machine is shut down and started with it; when its engine does
not get ready, the machine goes back to the image it had. b2d itself is upgraded by its installer.`;
  static override flags = {
    check: Flags.boolean({ description: 'Only tell whether there is a newer image.', exclusive: ['rollback'] }),
    rollback: Flags.boolean({ description: 'Go back to the image before the last upgrade.', exclusive: ['iso', 'sha256', 'allow-http'] }),
    yes: Flags.boolean({ char: 'y', description: 'Do not ask before a running machine is shut down.' }),
    ...imageFlags,
  };
  static override examples = ['<%= config.bin %> upgrade --check', '<%= config.bin %> upgrade', '<%= config.bin %> upgrade --rollback'];

  async run(): Promise<object> {
    const name = this.machineName;
    if (this.flags.check) return this.check(name);
    const result = await withMachine(this.workspace, name, 'upgrade', async () => {
      const machine = await this.openMachine();
      return this.flags.rollback ? rollBack(this.workspace, machine, this.options) : this.upgrade(machine);
    });
    this.workspace.progress.note(describe(name, result));
    return { name, ...result };
  }

  private async check(name: string): Promise<object> {
    const { record } = await this.openMachine();
    const { best, newest, problem } = await this.offers();
    if (best === undefined) throw problem ?? nowhere();
    const available = isUpgrade(best, record.image);
    this.log(available
      ? `Machine "${name}" has ${nameOf(record.image)}; b2d ${best.version} with Docker ${best.engine} is there.\nUpgrade it:  b2d upgrade${machineFlag(name)}`
      : `Machine "${name}" has the newest image there is, ${nameOf(record.image)}.`);
    if (available && best.notes !== '') this.log(`\n${best.notes}`);
    return { name, available, image: record.image, newest: { version: best.version, engine: best.engine, sha256: best.source.sha256, notes: best.notes }, release: newest?.version ?? null };
  }

  private async upgrade(machine: Machine): Promise<UpgradeResult> {
    const { record } = machine;
    const named = this.requested.forNew.iso;
    if (named !== undefined) {
      const { image, source } = await fetchImage(this.workspace, named, this.requested.source);
      return upgrade(this.workspace, machine, { image, source: labelOf(source) }, this.options);
    }
    const { best, problem } = await this.offers();
    if (best === undefined || (problem !== undefined && !isUpgrade(best, record.image))) throw problem ?? nowhere();
    if (!isUpgrade(best, record.image)) return { changed: false, from: record.image, to: record.image, running: false };
    const image = await fetchSource(this.workspace, best.source);
    return upgrade(this.workspace, machine, { image, source: labelOf(best.source) }, this.options);
  }

  private async offers(): Promise<Offers> {
    const offers = await findOffers(this.workspace, { url: this.settings['release.url'].value, keys: this.settings['release.keys'].value });
    if (offers.best !== undefined && offers.problem !== undefined) this.workspace.progress.note(`${offers.problem.message} ${offers.problem.reason ?? ''}`);
    return offers;
  }

  private get options() {
    return { confirm: async (question: string) => this.flags.yes || askYesNo(question), settings: this.requested };
  }
}

function describe(name: string, { changed, from, to, running }: UpgradeResult): string {
  if (!changed) return `Machine "${name}" has the newest image there is, ${nameOf(to)}.`;
  return `Machine "${name}" has image ${nameOf(to)}, in place of ${nameOf(from)}${running ? ', and runs' : ''}.`;
}

function nowhere(): B2dError {
  return new B2dError('This b2d knows no newer image.', {
    exit: 'usage', reason: 'None came with it, and no address of releases is set.', remedy: ['Set one: url = "https://.../release.json" below [release] in config.toml', 'Or name an image: b2d upgrade --iso PATH-OR-URL'],
  });
}
