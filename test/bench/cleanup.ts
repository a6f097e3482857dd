/** What must be undone when the benchmark is interrupted: `finally` blocks do not run then. */
const pending = new Set<() => Promise<void>>();

/** Runs the work and then `undo`, exactly once, also when a signal ends the benchmark meanwhile. */
export async function withCleanup<T>(undo: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  pending.add(undo);
  try {
    return await work();
  } finally {
    if (pending.delete(undo)) await undo();
  }
}

/** Makes Ctrl-C, SIGTERM and a closed terminal undo what is pending before the process ends with 128 + the signal's number. */
export function cleanUpOnSignals(): void {
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
  for (const [signal, number] of Object.entries(numbers)) {
    process.once(signal, async () => {
      const undo = [...pending];
      pending.clear();
      process.stderr.write('\nInterrupted; removing what the benchmark started.\n');
      await Promise.allSettled(undo.map((action) => action()));
      process.exit(128 + number);
    });
  }
}
