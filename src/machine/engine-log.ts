import type { Machine } from './machine.ts';
import { streamAsRoot } from './ssh.ts';
import type { Workspace } from './workspace.ts';

/** The guest's system log, in memory, and the file before it (docs/guest-start.md). */
const LOG = '/var/log/messages';
/** `Nov 25 07:10:03 host daemon.info dockerd: ...`: the lines of the engine's two services. */
const ENGINE_LINE = /^\S+\s+\S+\s+\S+\s+\S+\s+\S+\s+(?:dockerd|containerd): /;

export interface EngineLogOptions {
  /** How many lines from the end. */
  tail: number;
  /** Go on with those to come, until the connection ends. */
  follow: boolean;
}

/**
 * Passes on the lines that dockerd and containerd wrote to the running machine's log.
 * @throws B2dError (machineNotRunning, notReady) as `openSession`.
 */
export async function engineLog(workspace: Workspace, machine: Machine, { tail, follow }: EngineLogOptions, onLine: (line: string) => void): Promise<void> {
  // Both halves of the log meet at one byte, so that no line is lost or told twice. What follows is sorted out here: the guest's grep would hold lines back.
  const past = `size=$(wc -c <${LOG}); { cat ${LOG}.0 2>/dev/null; head -c "$size" ${LOG}; } | grep -E ' (dockerd|containerd): ' | tail -n ${tail}`;
  const command = follow ? `${past}; exec tail -c +$((size + 1)) -F ${LOG} 2>/dev/null` : past;
  await streamAsRoot(workspace, machine, command, lineSplitter((line) => ENGINE_LINE.test(line) && onLine(line)));
}

/** Takes text as it comes and gives whole lines. */
export function lineSplitter(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
}
