import { B2dCommand } from '../../cli/base.ts';
import { findMachines, readableMachines } from '../../machine/find.ts';
import { contextsLeft, describeContext, type ContextRow } from '../../machine/docker-context.ts';
import { formatTable } from '../../output/table.ts';

export default class ContextLs extends B2dCommand<typeof ContextLs> {
  static override summary = 'List the docker contexts of all machines.';
  static override description = `STATE is ok, absent (not made yet), stale (the machine has another port or certificate; "b2d up" mends it), foreign or other
(not b2d's, or of another B2D_HOME: left alone), or left (its machine is gone: "b2d context rm" removes it).`;

  async run(): Promise<{ contexts: ContextRow[] }> {
    const { platform } = this.workspace;
    const machines = readableMachines(await findMachines(this.workspace));
    const contexts = [...(await Promise.all(machines.map((machine) => describeContext(platform, machine)))), ...(await contextsLeft(platform))];
    this.log(formatTable([['NAME', 'ACTIVE', 'MACHINE', 'STATE', 'ENDPOINT'], ...contexts.map(({ context, active, machine, state, dockerHost }) => [context, active ? '*' : '-', machine, state, dockerHost ?? ''])]));
    return { contexts };
  }
}
