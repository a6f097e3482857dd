import { pingEngine } from '../engine/client.ts';
import { B2dError, messageOf } from '../errors.ts';
import { clientContext } from '../tls/client-context.ts';
import { tailLines } from '../platform/files.ts';
import { machineFlag } from './errors.ts';
import { engineEndpoint, type Machine } from './machine.ts';
import type { Workspace } from './workspace.ts';

/** Between two questions: short beside a start, long beside a handshake. */
const POLL_MS = 100;
const STATE_POLL_MS = 1_000;
const CONSOLE_LINES = 12;

/** The guest's errors about its engine are final: it has tried what it could (docs/guest-start.md). */
const GUEST_FATAL = /^b2d: [\d.]+ error: (.*\bengine\b.*)$/;

/**
 * Waits until the engine answers `/_ping` over mutual TLS: nothing else counts as ready.
 * @throws B2dError (notReady) at the deadline, when the machine goes off, or when the guest says that it cannot start the
 * engine; each with the last console lines.
 */
export async function waitUntilReady(workspace: Workspace, machine: Machine): Promise<void> {
  await workspace.progress.step('Docker engine', async () => {
    await clientContext(workspace.platform, machine.paths.directory); // a file that is missing does not come by waiting
    const endpoint = engineEndpoint(machine);
    const deadline = Date.now() + workspace.readyTimeoutMs;
    let nextStateCheck = Date.now() + STATE_POLL_MS;
    for (;;) {
      const ping = await pingEngine(endpoint);
      if (ping.ok) return;
      if (Date.now() >= nextStateCheck) {
        await stillComing(machine);
        nextStateCheck = Date.now() + STATE_POLL_MS;
      }
      if (Date.now() >= deadline) throw await notReady(machine, `It did not answer within ${Math.round(workspace.readyTimeoutMs / 1000)} seconds (${messageOf(ping.error)}).`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  });
}

async function stillComing(machine: Machine): Promise<void> {
  const { state, detail } = await machine.driver.state(machine.spec);
  if (state === 'stopped' || state === 'crashed' || state === 'absent') {
    throw await notReady(machine, detail ?? `The virtual machine went off while it started (it is ${state}).`);
  }
  const said = (await tailLines(machine.paths.console, 200)).map((line) => GUEST_FATAL.exec(line)?.[1]).find((text) => text !== undefined);
  if (said !== undefined) throw await notReady(machine, `The guest says: ${said}`);
}

async function notReady(machine: Machine, reason: string): Promise<B2dError> {
  const flag = machineFlag(machine.record.name);
  const lines = await tailLines(machine.paths.console, CONSOLE_LINES);
  return new B2dError(`The Docker engine of "${machine.record.name}" is not ready.`, {
    exit: 'notReady',
    reason,
    details: lines.length > 0 ? ['Last console lines:', ...lines.map((line) => `  ${line}`)] : ['The guest wrote nothing to its console yet.'],
    remedy: [`See everything it wrote: b2d logs${flag}`, `Try again: b2d restart${flag}`],
  });
}
