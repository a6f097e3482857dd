import { closest } from '../config/closest.ts';
import { B2dError, messageOf } from '../errors.ts';
import { formatError } from './format-error.ts';
import { terminalTraits } from './terminal.ts';

export interface ErrorOptions {
  /** The error is a JSON object on stdout. */
  json: boolean;
  /** The stack is shown too. */
  debug: boolean;
  /** All command names, aliases included, for suggestions. */
  commands?: readonly string[];
  /** The command that failed, where it is known. */
  command?: string | undefined;
  stdout?: NodeJS.WritableStream;
  stderr?: NodeJS.WritableStream & { isTTY?: boolean };
  env?: NodeJS.ProcessEnv;
}

/** What oclif adds to errors of its own: an exit code, and for parse errors the definition that was parsed against. */
interface OclifError extends Error {
  oclif?: { exit?: number };
  code?: string;
  parse?: { input?: { flags?: Record<string, unknown> } };
  flags?: string[];
}

/** The one place where a failed command is told to the user. @returns the exit code */
export function handleError(error: unknown, options: ErrorOptions): number {
  const { stdout = process.stdout, stderr = process.stderr, env = process.env } = options;
  const exit = (error as OclifError | null)?.oclif?.exit;
  if ((error as OclifError | null)?.code === 'EEXIT') return exit ?? 0; // a command ended itself and has said all
  const told = toB2dError(error, options);
  const stack = options.debug ? stackOf(error) : undefined;
  if (options.json) stdout.write(`${JSON.stringify({ ...told.toJSON(), ...(stack && { stack }) }, null, 2)}\n`);
  else stderr.write(formatError(told, { color: terminalTraits(stderr, env).styled }) + (stack === undefined ? '' : `${stack}\n`));
  return told.exitCode;
}

/** Any error as one the user can act on; oclif's own are told in b2d's words. */
export function toB2dError(error: unknown, { commands = [], command }: Pick<ErrorOptions, 'commands' | 'command'> = {}): B2dError {
  if (error instanceof B2dError) return error;
  const { oclif, parse, flags } = (error ?? {}) as OclifError;
  const message = messageOf(error);
  const unknownCommand = oclif === undefined ? undefined : /^command (.+) not found\.?$/is.exec(message)?.[1];
  if (unknownCommand !== undefined) return unknownCommandError(unknownCommand.replaceAll(':', ' '), commands);
  const help = `b2d ${command === undefined ? '' : `${command} `}--help`;
  if (flags !== undefined && parse !== undefined) return unknownFlagError(flags, Object.keys(parse.input?.flags ?? {}), help, error);
  if (oclif !== undefined) {
    const [first = '', ...rest] = message.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('See more help'));
    const usage = parse !== undefined || oclif.exit === 2;
    return new B2dError(first.replace(/:$/, ''), { exit: usage ? 'usage' : 'failure', details: rest, remedy: help, cause: error });
  }
  return new B2dError(`b2d failed in a way it should not: ${message || 'no message'}`, {
    reason: 'This is a mistake in b2d.', remedy: 'Run it again with --debug and report what it prints.', cause: error,
  });
}

function unknownCommandError(name: string, commands: readonly string[]): B2dError {
  const [first = '', ...rest] = name.split(' ');
  if (rest.length > 0 && commands.includes(first)) {
    return new B2dError(`b2d ${first} does not take ${rest.map((word) => `"${word}"`).join(' ')}.`, { exit: 'usage', remedy: `b2d ${first} --help` });
  }
  const topic = commands.filter((command) => command.startsWith(`${first} `));
  const meant = closest(name, topic) ?? (topic.length > 0 ? undefined : closest(name, commands) ?? closest(first, commands));
  return new B2dError(`"${name}" is not a command of b2d.`, {
    exit: 'usage',
    ...(meant !== undefined && { reason: `Did you mean "${meant}"?` }),
    remedy: [...(meant === undefined ? [] : [`b2d ${meant}`]), topic.length > 0 ? `b2d ${first} --help` : 'b2d help'],
  });
}

function unknownFlagError(flags: readonly string[], known: readonly string[], help: string, cause: unknown): B2dError {
  const meant = flags.flatMap((flag) => {
    const near = closest(flag.replace(/^-+/, '').split('=')[0] ?? '', known);
    return near === undefined ? [] : [`"--${near}"`];
  });
  return new B2dError(`Unknown ${flags.length === 1 ? 'flag' : 'flags'}: ${flags.join(', ')}`, {
    exit: 'usage', ...(meant.length > 0 && { reason: `Did you mean ${meant.join(', ')}?` }), remedy: help, cause,
  });
}

function stackOf(error: unknown): string | undefined {
  const stacks: string[] = [];
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth++) stacks.push(current.stack ?? String(current));
  return stacks.length === 0 ? undefined : stacks.join('\ncaused by ');
}
