import type { Problem, ProblemHost } from './problem.ts';
import { HOST_PROBLEMS } from './problems-host.ts';
import { MACHINE_PROBLEMS } from './problems-machine.ts';

export type ProblemName = (typeof HOST_PROBLEMS)[number]['name'] | (typeof MACHINE_PROBLEMS)[number]['name'] | 'unresponsive' | 'usage';

export interface KnownProblem {
  name: ProblemName;
  reason: string;
  remedy: string[];
}

/** What the shell, the loader and VBoxManage itself end with when the program cannot run at all. */
const CANNOT_RUN = [126, 127];
/** Arguments this VBoxManage does not take; some commands end with 1 then. */
const USAGE = 2;

/** The first known cause that the output has a sign of. */
export function knownProblem(failure: { text: string; exitCode: number | undefined; timedOut: boolean }, host: ProblemHost): KnownProblem | undefined {
  if (failure.timedOut) return unresponsive(host);
  const text = failure.text.replace(/\s+/g, ' '); // VBoxManage wraps long sentences
  const problems: readonly (Problem & { name: ProblemName })[] = [...HOST_PROBLEMS, ...MACHINE_PROBLEMS];
  const broken = HOST_PROBLEMS.find(({ name }) => name === 'broken-install');
  const problem = problems.find(({ signs }) => signs.test(text)) ?? (CANNOT_RUN.includes(failure.exitCode ?? 0) ? broken : undefined);
  if (problem) return { name: problem.name, reason: typeof problem.reason === 'string' ? problem.reason : problem.reason(host), remedy: problem.remedy(host) };
  if (/Unknown option|Invalid command/.test(text)) return { name: 'usage', reason: 'This VBoxManage does not know the command or one of its options.', remedy: ['update VirtualBox: https://www.virtualbox.org/wiki/Downloads'] };
  return failure.exitCode === USAGE ? { name: 'usage', reason: `VBoxManage does not take these arguments. ${failure.text}`.trim(), remedy: [] } : undefined;
}

function unresponsive({ os }: ProblemHost): KnownProblem {
  return {
    name: 'unresponsive',
    reason: 'VirtualBox\'s service process, VBoxSVC, does not answer, or the computer is very busy.',
    remedy: [
      'close VirtualBox\'s windows, wait ten seconds and try again',
      `if it stays so, end the service; machines that run may be cut off: ${os === 'win32' ? 'taskkill /f /im VBoxSVC.exe' : 'pkill -x VBoxSVC'}`,
    ],
  };
}
