import { B2dError, type B2dErrorOptions } from '../../errors.ts';
import type { ExitCodeName } from '../../exit-codes.ts';
import { VBoxManageError, type ProblemName } from '../../virtualbox/index.ts';

/** What b2d ends with where the cause is not the hypervisor itself. */
const EXITS: Partial<Record<ProblemName, ExitCodeName>> = {
  'broken-install': 'hypervisorMissing',
  'session-locked': 'busy',
  'medium-in-use': 'busy',
  'disk-full': 'storage',
  'medium-inaccessible': 'storage',
};

/** The user's error for what VBoxManage refused; any other error stays as it is. `details` are more facts, such as lines of VBox.log. */
export function translate(error: unknown, what: string, options: B2dErrorOptions = {}): unknown {
  if (!(error instanceof VBoxManageError)) return error;
  const words = error.messages.filter((message) => message !== error.reason);
  return new B2dError(what, {
    exit: (error.problem && EXITS[error.problem]) ?? 'hypervisorFailed',
    reason: error.reason || error.message,
    remedy: error.remedy.length > 0 ? [...error.remedy] : ['b2d doctor', 'b2d logs'],
    cause: error,
    ...options,
    details: [`${error.message}`, ...words.filter((text) => !error.message.includes(text)), ...(options.details ?? [])],
  });
}

/** Does something with VirtualBox. @throws B2dError with VirtualBox's words, headed by `what` failed. */
export async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translate(error, what);
  }
}
