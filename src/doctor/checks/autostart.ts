import { listAutostart, type AutostartStatus } from '../../machine/autostart.ts';
import { machineFlag } from '../../machine/errors.ts';
import { ok, skipped, warn, type Check, type Finding } from '../check.ts';

/** Whether what is to start machines at login still does, and is for machines that are there. */
export const autostartCheck: Check = {
  id: 'autostart',
  title: 'Autostart',
  async run({ platform, home, packageRoot, onlyMachine }) {
    if (home === undefined) return [skipped('B2D_HOME cannot be used.')];
    const entries = (await listAutostart({ platform, home, packageRoot })).filter(({ name }) => onlyMachine === undefined || name === onlyMachine);
    const findings = entries.flatMap(judge);
    return findings.length > 0 ? findings : [skipped('No machine is started at login. To have one: b2d autostart on')];
  },
};

/** Nothing where it is not this B2D_HOME's. */
function judge({ name, state, reason = '', entry }: AutostartStatus): Finding[] {
  const command = (word: string): string => `b2d autostart ${word}${machineFlag(name)}`;
  const more = { machine: name, details: [entry] };
  switch (state) {
    case 'on': return [ok('It is started at login.', { machine: name })];
    case 'stale': return [warn(`What starts it at login is out of date. ${reason}`, { ...more, remedy: [`Renew it: ${command('on')}`] })];
    case 'idle': return [warn(`It is to be started at login, but is not. ${reason}`, { ...more, remedy: [`Switch it on again: ${command('on')}`, `Or remove it: ${command('off')}`] })];
    case 'left': return [warn(`What starts it at login was left behind. ${reason}`, { ...more, remedy: [command('off')] })];
    default: return [];
  }
}
