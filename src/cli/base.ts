import { Command, Flags, type Interfaces } from '@oclif/core';
import { B2dError } from '../errors.ts';
import { validateMachineName } from '../machine/name.ts';
import { openMachine, type Machine } from '../machine/machine.ts';
import type { Workspace } from '../machine/workspace.ts';
import { hostPlatform } from '../platform/platform.ts';
import { nameMachine } from './name-machine.ts';
import { createSession, type Session } from './session.ts';

export type FlagsOf<T extends typeof Command> = Interfaces.InferredFlags<(typeof B2dCommand)['baseFlags'] & T['flags']>;

/** What all commands share: `--machine`, `--json`, `--debug`, the settings, and errors left to one place (bin/b2d.js). */
export abstract class B2dCommand<T extends typeof Command> extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {
    machine: Flags.string({ char: 'm', description: 'Which machine (default: "default").', helpValue: 'NAME', helpGroup: 'GLOBAL' }),
    debug: Flags.boolean({ description: 'Show stack traces and what b2d does.', helpGroup: 'GLOBAL' }),
  };

  protected flags!: FlagsOf<T>;
  protected args!: Interfaces.InferredArgs<T['args']>;
  protected rest: string[] = [];
  /** Set by commands that have written their JSON themselves, an object a line. */
  protected streamed = false;
  private session!: Session;

  override async init(): Promise<void> {
    await super.init();
    const { flags, args, argv } = await this.parse({
      flags: this.ctor.flags, baseFlags: (super.ctor as typeof B2dCommand).baseFlags, enableJsonFlag: true,
      args: this.ctor.args, strict: this.ctor.strict,
    }, this.commandLine());
    this.flags = flags as FlagsOf<T>;
    this.args = args as Interfaces.InferredArgs<T['args']>;
    this.rest = argv as string[];
    await this.prepare();
  }

  /** Loads the settings. `doctor` overrides it: to it, settings that cannot be used are a finding like others. */
  protected async prepare(): Promise<void> {
    const flags = this.ctor.flags ?? {};
    this.session = await createSession(hostPlatform(), this.flags as Record<string, unknown>, { changesMachines: 'memory' in flags, needed: 'allow-http' in flags ? ['proxy', 'ca', ...('iso' in flags ? ['iso' as const] : [])] : [] });
  }

  /** The words to parse; `ssh` cuts the remote command off first. */
  protected commandLine(): string[] {
    return this.argv;
  }

  protected get workspace(): Workspace {
    return this.session.workspace;
  }

  protected get settings(): Session['settings'] {
    return this.session.settings;
  }

  protected get load(): Session['load'] {
    return this.session.load;
  }

  protected get requested(): Session['requested'] {
    return this.session.requested;
  }

  /** The machine named by flag, variable or config.toml. @throws B2dError (usage). */
  protected get machineName(): string {
    return validateMachineName(this.session.machineName);
  }

  /** @throws B2dError (machineAbsent). */
  protected openMachine(): Promise<Machine> {
    return openMachine(this.workspace, this.machineName);
  }

  override logJson(json: unknown): void {
    if (!this.streamed) super.logJson(json);
  }

  /** oclif would print it its own way; bin/b2d.js prints every error alike. */
  protected override async catch(error: Error): Promise<never> {
    const machine = (this.session as Session | undefined)?.machineName; // none where the settings could not be read
    throw error instanceof B2dError && machine !== undefined ? nameMachine(error, machine) : error;
  }
}
