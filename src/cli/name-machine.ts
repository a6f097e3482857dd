import { B2dError } from '../errors.ts';
import { machineFlag } from '../machine/errors.ts';

/** The commands that would act on the default machine where none is named. */
const OF_A_MACHINE = /\bb2d (up|init|down|kill|restart|suspend|status|logs|delete|info|ssh|env|upgrade|engine restart|(?:share|disk|snapshot|autostart) [a-z]+|config (?:set|get|unset))(?![\w-])([^,;:"`]*)/g;

/**
 * Drivers, ssh and TLS say `b2d kill` and mean the machine at hand: typed like that it would be the default one. Here, where the machine is known, the
 * commands in an error's reason and remedy get its name, unless they name one.
 */
export function nameMachine(error: B2dError, machine: string): B2dError {
  const flag = machineFlag(machine);
  if (flag === '') return error;
  const named = (text: string): string => text.replace(OF_A_MACHINE, (all, command: string, rest: string) => (/ (--machine|-m)\b/.test(rest) ? all : `b2d ${command}${flag}${rest}`));
  const told = new B2dError(error.message, { exit: error.exit, ...(error.reason !== undefined && { reason: named(error.reason) }), remedy: error.remedy.map(named), details: error.details, cause: error.cause });
  if (error.stack !== undefined) told.stack = error.stack;
  return told;
}
