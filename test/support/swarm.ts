import { expect } from '@jest/globals';
import type { TestHome } from './b2d.ts';
import { eventually } from './eventually.ts';

/** A leave may take longer than the engine waits for it, on a busy computer: what counts is that the swarm is left. */
const LEAVE_MS = 120_000;

/** Takes the machine's engine out of its swarm, and returns when it says so. */
export async function leaveSwarm(home: TestHome): Promise<void> {
  await home.docker(['swarm', 'leave', '--force']);
  await eventually(async () => expect(await home.docker(['info', '--format', '{{.Swarm.LocalNodeState}}'])).toMatchObject({ code: 0, stdout: 'inactive\n' }), LEAVE_MS);
}
