import { B2dError } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';

/** What `b2d cp` is asked for. */
export interface CopyOperands {
  direction: 'to machine' | 'from machine';
  /** Where an operand names one. */
  machine: string | undefined;
  sources: string[];
  destination: string;
}

/** A path, in a machine where `machine` is there: '' for the one that is meant anyway. */
interface Operand {
  path: string;
  machine?: string;
}

/**
 * `MACHINE:PATH` and `:PATH` are in a machine; as with scp, a colon behind a slash belongs to a path of this computer, and so does one behind a drive letter
 * on Windows. No path in a machine is its home folder.
 */
function parseOperand({ os }: Pick<Platform, 'os'>, word: string): Operand {
  const windows = os === 'win32';
  const [, machine, path] = (windows ? /^([^/\\:]*):(.*)$/s : /^([^/:]*):(.*)$/s).exec(word) ?? [];
  if (machine === undefined || path === undefined || (windows && /^[a-z]$/i.test(machine))) return { path: word };
  return { machine, path: path.replace(/^~(?=\/|$)/, '.') || '.' };
}

/** @throws B2dError (usage) unless one side is this computer and the other one machine */
export function parseCopyOperands(platform: Pick<Platform, 'os'>, words: readonly string[]): CopyOperands {
  const unknown = words.find((word) => /^-./.test(word));
  if (unknown !== undefined) throw usage(`Unknown flag: ${unknown}`, 'A file of that name: ./-...');
  if (words.length < 2) throw usage(words.length === 0 ? 'Nothing to copy was named.' : 'Where to copy it was not named.');
  if (words.includes('')) throw usage('A path is empty.');
  const operands = words.map((word) => parseOperand(platform, word));
  const [destination, sources] = [operands.at(-1) as Operand, operands.slice(0, -1)];
  const from = sources.filter(({ machine }) => machine !== undefined).length;
  if (from !== 0 && from !== sources.length) throw usage('Some of what is to be copied is on this computer, and some in a machine.');
  if (from === 0 && destination.machine === undefined) throw usage('Neither side is in a machine.');
  if (from > 0 && destination.machine !== undefined) throw usage('Both sides are in a machine.', 'Within a machine: b2d ssh cp ... Between machines: by way of this computer.');
  const machines = [...new Set([...sources, destination].flatMap(({ machine }) => (machine === undefined ? [] : [machine])))];
  if (machines.length > 1) throw usage('The sources are in several machines.');
  return { direction: from === 0 ? 'to machine' : 'from machine', machine: machines[0] || undefined, sources: sources.map(({ path }) => path), destination: destination.path };
}

function usage(message: string, ...more: string[]): B2dError {
  return new B2dError(message, { exit: 'usage', remedy: [...more, 'From the machine: b2d cp :/etc/hosts .', 'To the machine: b2d cp file.txt folder :/tmp'] });
}
