import type { DriverName, Preflight } from '../../drivers/driver.ts';
import { fail, ok, warn, type Check, type Finding } from '../check.ts';
import { readableMachines } from '../../machine/find.ts';
import type { DoctorContext } from '../context.ts';

/** Which hypervisor a new machine gets and why, and whether each machine's own can be used. */
export const driverCheck: Check = {
  id: 'driver',
  title: 'Driver',
  async run(context) {
    const { chosen, considered } = await context.driverChoice();
    const finding = considered.find(({ name }) => name === chosen);
    const wanted = context.wantedDriver === 'auto' ? '' : ` The setting driver is ${context.wantedDriver} (from ${context.settings?.driver.source.name}).`;
    if (finding === undefined) {
      const meant = considered.filter(({ name }) => context.wantedDriver === 'auto' || name === context.wantedDriver);
      return [fail(`No hypervisor can be used for a new machine.${wanted}`, { details: considered.map(describe), remedy: meant.flatMap(({ remedy }) => remedy ?? []) }), ...ofMachines(context, considered)];
    }
    const details = considered.filter((entry) => entry !== finding).map(describe);
    const message = `A new machine gets ${describe(finding)}${wanted}`;
    return [finding.reason === undefined ? ok(message, { details }) : warn(message, { details, ...(finding.remedy && { remedy: [finding.remedy] }) }), ...ofMachines(context, considered)];
  },
};

function ofMachines({ machines }: DoctorContext, considered: ({ name: DriverName } & Preflight)[]): Finding[] {
  return readableMachines(machines).flatMap(({ record }) => {
    const own = considered.find(({ name, usable }) => name === record.driver && !usable);
    if (own === undefined) return [];
    return [fail(`It was made with the ${record.driver} driver, which cannot be used now. ${own.reason ?? ''}`.trimEnd(), { machine: record.name, ...(own.remedy && { remedy: [own.remedy] }) })];
  });
}

function describe({ name, usable, version, accelerator, reason }: { name: DriverName } & Preflight): string {
  const facts = [version, accelerator].filter((fact) => fact !== undefined).join(', ');
  return `${name}${facts ? ` (${facts})` : ''}${usable ? '' : ' cannot be used'}${reason ? `: ${reason}` : '.'}`;
}
