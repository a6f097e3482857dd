import { ExitCode, type ExitCodeName } from './exit-codes.ts';

export interface B2dErrorOptions {
  /** Which documented exit code the command ends with. */
  exit?: ExitCodeName;
  /** The likely cause, as a sentence for the user. */
  reason?: string;
  /** The next command to type, or what to change; one entry a line. */
  remedy?: string | string[];
  /** More facts: the last console lines, a child's stderr, a path. Never secrets. */
  details?: string[];
  cause?: unknown;
}

/** An error the user can act on: what failed (`message`), why it probably failed, what to type next. */
export class B2dError extends Error {
  override readonly name: string = 'B2dError';
  readonly exit: ExitCodeName;
  readonly reason: string | undefined;
  readonly remedy: string[];
  readonly details: string[];

  constructor(message: string, options: B2dErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exit = options.exit ?? 'failure';
    this.reason = options.reason;
    this.remedy = [options.remedy ?? []].flat();
    this.details = options.details ?? [];
  }

  get exitCode(): number {
    return ExitCode[this.exit];
  }

  /** The same facts as the text, for `--json`. */
  toJSON(): Record<string, unknown> {
    return {
      error: this.message,
      code: this.exit,
      exitCode: this.exitCode,
      ...(this.reason && { reason: this.reason }),
      ...(this.remedy.length > 0 && { remedy: this.remedy }),
      ...(this.details.length > 0 && { details: this.details }),
    };
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node system error (`ENOENT`, `EACCES` ...), or undefined. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
