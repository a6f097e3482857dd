import { setTimeout as pause } from 'node:timers/promises';

/** Repeats an expectation until it holds; after the deadline (milliseconds) its own failure is the test's. */
export async function eventually(expectation: () => Promise<void>, deadlineMs: number): Promise<void> {
  for (const end = Date.now() + deadlineMs; ; await pause(200)) {
    try {
      return await expectation();
    } catch (error) {
      if (Date.now() >= end) throw error;
    }
  }
}
