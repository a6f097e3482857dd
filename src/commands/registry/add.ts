import { Flags } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { bringToEngine, engineChangeFlags } from '../../cli/engine-change.ts';
import { changeRegistryFile } from '../../config/registry-file.ts';
import { parseRegistry, type RegistryList } from '../../config/registries.ts';
import { B2dError } from '../../errors.ts';

export default class RegistryAdd extends B2dCommand<typeof RegistryAdd> {
  static override summary = 'Add a mirror of Docker Hub, or a registry without TLS, for all machines.';
  static override description = 'A registry with a certificate of a private CA needs that CA instead: b2d ca add FILE. A registry on this computer is 10.0.2.2:PORT to the machines.';
  static override flags = {
    mirror: Flags.string({ description: 'A mirror that is asked before Docker Hub.', helpValue: 'URL', multiple: true, multipleNonGreedy: true }),
    insecure: Flags.string({ description: 'A registry that may speak http, or TLS with any certificate; or a network of such.', helpValue: 'HOST[:PORT]|CIDR', multiple: true, multipleNonGreedy: true }),
    ...engineChangeFlags,
  };
  static override examples = ['b2d registry add --mirror https://mirror.example', 'b2d registry add --insecure registry.example:5000'];

  async run(): Promise<object> {
    const wanted = (list: RegistryList, flag: 'mirror' | 'insecure'): string[] => (this.flags[flag] ?? []).map((text) => parseRegistry(list, text, `the flag --${flag}`));
    const [mirrors, insecure] = [wanted('mirrors', 'mirror'), wanted('insecure', 'insecure')];
    if (mirrors.length + insecure.length === 0) throw new B2dError('Nothing to add.', { exit: 'usage', remedy: RegistryAdd.examples.map(String) });
    const { platform, home, progress } = this.workspace;
    const changed = await changeRegistryFile(platform, home, (before) => ({ mirrors: [...new Set([...before.mirrors, ...mirrors])], insecure: [...new Set([...before.insecure, ...insecure])] }));
    progress.note(`${changed ? 'Added' : 'There already'}: ${[...mirrors, ...insecure].join(', ')}`);
    return { mirrors, insecure, changed, applied: await bringToEngine(this.workspace, this.machineName, this.flags.restart) };
  }
}
