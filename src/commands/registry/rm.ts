import { Args } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { bringToEngine, engineChangeFlags } from '../../cli/engine-change.ts';
import { changeRegistryFile, registryFileOf } from '../../config/registry-file.ts';
import { B2dError } from '../../errors.ts';

export default class RegistryRm extends B2dCommand<typeof RegistryRm> {
  static override summary = 'Take back what "b2d registry add" said.';
  static override hiddenAliases = ['registry:remove'];
  static override args = { registry: Args.string({ description: 'The mirror or registry, as "b2d registry ls" shows it.', required: true }) };
  static override flags = engineChangeFlags;

  async run(): Promise<object> {
    const { platform, home, progress } = this.workspace;
    const { registry } = this.args;
    const without = (list: string[]): string[] => list.filter((entry) => entry !== registry && entry !== registry.replace(/\/$/, ''));
    if (!(await changeRegistryFile(platform, home, ({ mirrors, insecure }) => ({ mirrors: without(mirrors), insecure: without(insecure) })))) throw this.notThere(registry);
    progress.note(`Removed: ${registry}`);
    return { registry, applied: await bringToEngine(this.workspace, this.machineName, this.flags.restart) };
  }

  private notThere(registry: string): B2dError {
    const { platform, home } = this.workspace;
    const set = this.settings.registries.find(({ value }) => value === registry);
    return set === undefined
      ? new B2dError(`"${registry}" is not in ${registryFileOf(platform, home)}.`, { exit: 'usage', remedy: 'See what is there: b2d registry ls' })
      : new B2dError(`"${registry}" comes from ${set.source.name}.`, { exit: 'usage', reason: '"b2d registry" changes only what it added itself.', remedy: `Remove it there: ${set.source.name}` });
  }
}
