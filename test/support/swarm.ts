import { expect } from '@jest/globals';
import type { TestHome } from './b2d.ts';
import { eventually } from './eventually.ts';

/** On a busy computer a leave may take longer than the engine waits for it (15 seconds): then the engine is in the swarm until it is told again. */
const LEAVE_MS = 120_000;

/** Takes the machine's engine out of its swarm, and returns when it says so. */
export async function leaveSwarm(home: TestHome): Promise<void> {
  await eventually(async () => {
    await home.docker(['swarm', 'leave', '--force']);
    expect(await home.docker(['info', '--format', '{{.Swarm.LocalNodeState}}'])).toMatchObject({ code: 0, stdout: 'inactive\n' });
  }, LEAVE_MS);
}
