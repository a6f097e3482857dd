import type { VirtualBoxHost } from './virtualbox.ts';

export type ProblemHost = Pick<VirtualBoxHost, 'os' | 'arch'>;

/** A cause that is known by what VBoxManage says. */
export interface Problem {
  name: string;
  /** Looked for in its output. */
  signs: RegExp;
  reason: string | ((host: ProblemHost) => string);
  /** What to do, one step a line. */
  remedy: (host: ProblemHost) => string[];
}
