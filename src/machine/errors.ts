import type { StateReport } from '../drivers/driver.ts';
import { B2dError } from '../errors.ts';
import { DEFAULT_MACHINE } from './name.ts';

/** The error for a machine that was never made. */
export function machineAbsent(name: string): B2dError {
  return new B2dError(`There is no machine "${name}".`, { exit: 'machineAbsent', remedy: `Make it: b2d init${machineFlag(name)}` });
}

/** The error for a command that needs a running machine. */
export function machineNotRunning(name: string, report: StateReport): B2dError {
  return new B2dError(`Machine "${name}" is not running: it is ${report.state}.`, {
    exit: 'machineNotRunning',
    ...(report.detail && { reason: report.detail }),
    remedy: `Start it: b2d up${machineFlag(name)}`,
  });
}

/** ` --machine NAME`, or nothing for the default machine: the end of a command shown to the user. */
export function machineFlag(name: string): string {
  return name === DEFAULT_MACHINE ? '' : ` --machine ${name}`;
}
