import { B2dCommand } from '../../cli/base.ts';
import { readRegistryFile, registryFileOf } from '../../config/registry-file.ts';
import { REGISTRY_LISTS } from '../../config/registries.ts';
import { formatTable } from '../../output/table.ts';

export default class RegistryLs extends B2dCommand<typeof RegistryLs> {
  static override summary = 'List the mirrors and insecure registries, and where each comes from.';
  static override hiddenAliases = ['registry:list'];

  async run(): Promise<object> {
    const { platform, home } = this.workspace;
    const file = registryFileOf(platform, home);
    const kept = await readRegistryFile(file);
    const registries = REGISTRY_LISTS.flatMap((list) => [
      ...this.settings.registries.filter((entry) => entry.list === list).map(({ value, source }) => ({ list, value, source: source.name })),
      ...kept[list].map((value) => ({ list, value, source: file })),
    ]);
    this.log(formatTable([['list', 'registry', 'from'], ...registries.map(({ list, value, source }) => [list, value, source])]));
    return { registries };
  }
}
