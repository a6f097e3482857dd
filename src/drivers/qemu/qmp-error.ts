/** Why a QMP exchange failed: nobody listens, no answer in time, QEMU went away, or QEMU refused the command. */
export type QmpFailure = 'refused' | 'timeout' | 'closed' | 'command';

export class QmpError extends Error {
  override readonly name = 'QmpError';
  readonly failure: QmpFailure;

  constructor(failure: QmpFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.failure = failure;
  }
}
