import { messageOf } from '../errors.ts';
import type { OsName } from '../platform/platform.ts';
import type { DoctorContext } from './context.ts';

/** `skipped`: there is nothing to look at here, or it cannot be told. */
export type Status = 'ok' | 'warn' | 'fail' | 'skipped';

/** One fact that a check found, as the user reads it. */
export interface Finding {
  status: Status;
  /** One or two sentences. */
  message: string;
  /** The machine it is about; absent where it is about this computer. */
  machine?: string;
  /** More facts, one a line. */
  details?: string[];
  /** What to type or to change, one entry a line. */
  remedy?: string[];
}

/** A checker looks at one thing, changes nothing, and returns at least one finding. */
export interface Check {
  /** For programs; never renamed. */
  id: string;
  title: string;
  /** The operating systems it makes sense on; all unless told. */
  os?: readonly OsName[];
  /** What it throws becomes a `fail`. */
  run(context: DoctorContext): Promise<Finding[]>;
}

type More = Omit<Finding, 'status' | 'message'>;

const finding = (status: Status) => (message: string, more: More = {}): Finding => ({ status, message, ...more });
export const ok = finding('ok');
export const warn = finding('warn');
export const fail = finding('fail');
export const skipped = finding('skipped');

/** What an error says, as a finding. Errors that teach (B2dError, VBoxManageError) bring their reason and remedy along. */
export function ofError(error: unknown, more: More = {}): Finding {
  const { reason, remedy, details } = (error ?? {}) as { reason?: string; remedy?: string[]; details?: string[] };
  const message = messageOf(error);
  return fail(!reason || message.includes(reason) ? message : `${message} ${reason}`, {
    ...more,
    ...(details && details.length > 0 && { details }),
    ...(remedy && remedy.length > 0 && { remedy }),
  });
}
