import { B2dError } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';
import { detectShell, windowsParentProcesses, type ParentProcess } from './detect.ts';
import { withNoProxy } from './no-proxy.ts';
import { envScript } from './script.ts';
import { parseShell, SHELL_NAMES } from './shells.ts';

/** What the user asked `b2d env` for. */
export interface EnvOptions {
  machine: string;
  /** As typed; detected where it is not given. */
  shell?: string | undefined;
  unset?: boolean | undefined;
  noProxy?: boolean | undefined;
}

export interface EnvDeps {
  platform: Platform;
  /** Where the machine's engine listens. @throws B2dError (machineAbsent, machineNotRunning) */
  lookup(machine: string): Promise<{ dockerHost: string; certPath: string }>;
  /** The ancestors of this process, nearest first; only Windows needs them. */
  parentProcesses?: () => Promise<ParentProcess[]>;
}

/** The variables to set and to unset. */
export interface EnvChange {
  set: Record<string, string>;
  unset: string[];
}

/**
 * What a docker client needs to reach the machine. DOCKER_CONTEXT stays as it is: the client prefers DOCKER_HOST to it
 * (docker 28: "DOCKER_HOST environment variable overrides the active context").
 */
const VARIABLES = ['DOCKER_HOST', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH', 'DOCKER_MACHINE_NAME'] as const;

/**
 * The environment of a shell that talks to the machine; with `unset`, the way back, for which the machine need not exist.
 * Paths keep the form of the operating system, in Git Bash too: docker.exe is a native program and needs `C:\...`.
 * @throws B2dError (usage, machineAbsent, machineNotRunning)
 */
export async function envChange(options: EnvOptions, deps: EnvDeps): Promise<EnvChange> {
  if (options.unset) {
    if (!options.noProxy) return { set: {}, unset: [...VARIABLES] };
    throw new B2dError('--no-proxy and --unset cannot be used together.', {
      exit: 'usage',
      reason: 'b2d cannot know whether 127.0.0.1 was in NO_PROXY before.',
      remedy: 'b2d env --unset',
    });
  }
  const { dockerHost, certPath } = await deps.lookup(options.machine);
  const values: Record<(typeof VARIABLES)[number], string> = {
    DOCKER_HOST: dockerHost,
    DOCKER_TLS_VERIFY: '1',
    DOCKER_CERT_PATH: certPath,
    DOCKER_MACHINE_NAME: options.machine,
  };
  return { set: { ...values, ...(options.noProxy ? withNoProxy(deps.platform.env, new URL(dockerHost).hostname) : {}) }, unset: [] };
}

/**
 * The whole output of `b2d env`. Both the command and the fast path ahead of oclif print what this returns, and nothing when it throws.
 * @throws B2dError (usage, machineAbsent, machineNotRunning)
 */
export async function runEnv(options: EnvOptions, deps: EnvDeps): Promise<string> {
  const { platform } = deps;
  const change = await envChange(options, deps);
  const shell = options.shell !== undefined
    ? parseShell(options.shell)
    : await detectShell(platform, deps.parentProcesses ?? (() => windowsParentProcesses(platform, process.ppid)));
  const plain = options.shell !== undefined && SHELL_NAMES.includes(options.shell) ? options.shell : shell;
  const named = options.shell === undefined && (shell === 'sh' || shell === 'fish') ? undefined : plain;
  return envScript({
    shell,
    ...change,
    args: [
      ...(options.machine === 'default' ? [] : ['--machine', options.machine]),
      ...(named === undefined ? [] : ['--shell', named]),
      ...(options.unset ? ['--unset'] : []),
      ...(options.noProxy ? ['--no-proxy'] : []),
    ],
    known: { B2D_HOME: platform.env['B2D_HOME'], USERPROFILE: platform.env['USERPROFILE'] },
  });
}
