import { Args } from '@oclif/core';
import { B2dCommand } from '../cli/base.ts';
import { COMPLETION_SHELLS } from '../completion/answer.ts';
import { completionScript } from '../completion/script.ts';

export default class Completion extends B2dCommand<typeof Completion> {
  static override summary = 'Print the script by which a shell completes b2d\'s commands, flags and names.';
  static override description = `bash and zsh:  eval "$(b2d completion bash)"
fish:          b2d completion fish | source
PowerShell:    b2d completion powershell | Out-String | Invoke-Expression
A line for the file that your shell reads at its start, or the script as a file: docs/completion.md`;
  static override args = { shell: Args.string({ description: 'For which shell.', required: true, options: [...COMPLETION_SHELLS] }) };
  static override examples = ['eval "$(<%= config.bin %> completion zsh)"'];

  /** It needs no settings; bad ones must not keep a shell from starting. */
  protected override async prepare(): Promise<void> {}

  async run(): Promise<object> {
    const { shell } = this.args;
    const script = completionScript(shell) ?? '';
    if (!this.jsonEnabled()) process.stdout.write(script);
    return { shell, script };
  }
}
