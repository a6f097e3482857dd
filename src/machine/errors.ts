import type { StateReport } from '../drivers/driver.ts';
import { B2dError } from '../errors.ts';
import { DEFAULT_MACHINE } from './name.ts';

/** The error for a machine that was never made. */
export function machineAbsent(name: string): B2dError {
  return new B2dError(`There is no machine "${name}".`, { exit: 'machineAbsent', remedy: `Make it: b2d init${machineFlag(name)}` });
}

/** The error for a command that needs a running machine. */
export function machineNotRunning(name: string, report: StateReport): B2dError {
  const flag = machineFlag(name);
  const remedy = report.state === 'paused' || report.state === 'saved' ? `Let it go on: b2d up${flag}` : report.state === 'unknown' ? killRemedy(name) : `Start it: b2d up${flag}`;
  return new B2dError(`Machine "${name}" is not running: it is ${report.state}.`, { exit: 'machineNotRunning', ...(report.detail && { reason: report.detail }), remedy });
}

/** The error where the hypervisor does not tell a machine's state: nothing is done on a guess. */
export function stateUnknown(name: string, report: StateReport, consequence?: string): B2dError {
  return new B2dError(`The hypervisor does not tell the state of "${name}".${consequence ? ` ${consequence}` : ''}`, {
    exit: 'hypervisorFailed',
    ...(report.detail && { reason: report.detail }),
    remedy: killRemedy(name),
  });
}

function killRemedy(name: string): string[] {
  const flag = machineFlag(name);
  return [`See what is wrong: b2d doctor${flag}`, `If it does not recover: b2d kill${flag}, and then the command again`];
}

/** ` --machine NAME`, or nothing for the default machine: the end of a command shown to the user. */
export function machineFlag(name: string): string {
  return name === DEFAULT_MACHINE ? '' : ` --machine ${name}`;
}
