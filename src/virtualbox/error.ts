import { errorCodes, errorMessages } from './failure-text.ts';
import { knownProblem, type ProblemName } from './problems.ts';
import type { VirtualBoxHost } from './virtualbox.ts';

export interface Failure {
  /** VBoxManage and its arguments. */
  command: readonly string[];
  /** Undefined where it was not started, or did not end in time. */
  exitCode?: number;
  stdout?: string;
  stderr?: string;
  /** The deadline in milliseconds, where it passed. */
  timedOutAfter?: number;
  cause?: unknown;
}

/** A call of VBoxManage that failed: what it said, and, where the cause is a known one, what that means and what to do. */
export class VBoxManageError extends Error {
  override readonly name = 'VBoxManageError';
  /** As called; passwords are left out. */
  readonly command: readonly string[];
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** VirtualBox's codes, `VBOX_E_INVALID_OBJECT_STATE`, `VERR_FILE_NOT_FOUND`, in the order it told them. */
  readonly codes: readonly string[];
  /** VirtualBox's own sentences. */
  readonly messages: readonly string[];
  readonly problem: ProblemName | undefined;
  /** The likely cause, as a sentence. */
  readonly reason: string;
  /** What to do, one step a line; empty where nothing is known. */
  readonly remedy: readonly string[];

  constructor(host: Pick<VirtualBoxHost, 'os' | 'arch'>, failure: Failure) {
    const { stdout = '', stderr = '', command, exitCode } = failure;
    const messages = errorMessages(stderr).length > 0 ? errorMessages(stderr) : errorMessages(stdout);
    const timedOut = failure.timedOutAfter !== undefined;
    super(`VBoxManage ${command[1] ?? ''} failed: ${headline(failure, messages)}`, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.command = withoutSecrets(command);
    this.exitCode = exitCode;
    this.stdout = stdout;
    this.stderr = stderr;
    this.timedOut = timedOut;
    this.messages = messages;
    this.codes = errorCodes(withoutContext(`${stderr}\n${stdout}`));
    // The usage, printed with some failures, has all kinds of words in it: where there are sentences, they alone are looked at.
    const said = messages.length > 0 ? messages : [stderr, stdout, causeText(failure.cause)];
    const known = knownProblem({ text: [...said, ...this.codes].join('\n'), exitCode, timedOut }, host);
    this.problem = known?.name;
    this.reason = known?.reason ?? messages.join(' ');
    this.remedy = known?.remedy ?? [];
  }
}

function headline(failure: Failure, messages: readonly string[]): string {
  if (failure.timedOutAfter !== undefined) return `no answer within ${Math.round(failure.timedOutAfter / 1000)} s.`;
  if (messages.length > 0) return messages[0]!;
  if (failure.exitCode === undefined) return causeText(failure.cause) || 'it could not be run.';
  const said = (failure.stderr || failure.stdout || '').trim().split(/\r?\n/).at(-1)!;
  if (/^VBoxManage(?:\.exe)?: error:$/i.test(said)) return `exit code ${failure.exitCode}, and it did not say why; mostly it is the value of an option.`;
  return `exit code ${failure.exitCode}${said && `: ${said}`}`;
}

function causeText(cause: unknown): string {
  return cause instanceof Error ? cause.message : '';
}

/** Without the lines that name VirtualBox's source, which hold the names of codes that are not meant. */
function withoutContext(text: string): string {
  return text.replace(/^.*error: Context: .*$/gm, '');
}

function withoutSecrets(command: readonly string[]): string[] {
  const secret = /^--?[\w-]*(?:password|passphrase)$/i;
  return command.map((word, index) => (index > 0 && secret.test(command[index - 1]!) ? '***' : word.replace(/^(--?[\w-]*(?:password|passphrase)=).*/is, '$1***')));
}
