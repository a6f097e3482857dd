import { readIfThere, writeAtomic } from '../platform/files.ts';
import type { Bind } from './plan.ts';

/** What the port forwarder says of itself in its file, for `b2d ports`, `status` and `doctor`. It is true only while the forwarder holds its lock. */
export interface ForwarderState {
  /** The version of b2d that it belongs to. */
  version: string;
  pid: number;
  bind: Bind;
  /** Why it does not follow the engine now; null while it does. */
  trouble: string | null;
  /** The rules that could not be had, by name. */
  failures: Record<string, string>;
}

/** Writes the forwarder's file. @throws B2dError (storage) */
export async function writeForwarderState(file: string, state: ForwarderState): Promise<void> {
  await writeAtomic(file, `${JSON.stringify(state, null, 2)}\n`, 0o600);
}

/** What the file says, or undefined where there is none or it is not of that form: then the next `up` starts the forwarder anew. */
export async function readForwarderState(file: string): Promise<ForwarderState | undefined> {
  try {
    const { version, pid, bind, trouble, failures } = JSON.parse((await readIfThere(file)) ?? '') as Record<string, unknown>;
    if (typeof version !== 'string' || !Number.isSafeInteger(pid) || (pid as number) < 1 || (bind !== 'loopback' && bind !== 'all')) return undefined;
    return { version, pid: pid as number, bind, trouble: typeof trouble === 'string' ? trouble : null, failures: texts(failures) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(value ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
