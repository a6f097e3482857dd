import { pingEngine } from '../engine/client.ts';
import { strangerOf } from '../engine/stranger.ts';
import { B2dError, messageOf } from '../errors.ts';
import { clientContext } from '../tls/client-context.ts';
import { tailLines } from '../platform/files.ts';
import { machineFlag } from './errors.ts';
import { movePort } from './live-ports.ts';
import { engineEndpoint, type Machine } from './machine.ts';
import type { Workspace } from './workspace.ts';

/** Between two questions: short beside a start, long beside a handshake. */
const POLL_MS = 100;
/** A NAT rule takes connections that nobody in the guest answers yet. */
const PING_MS = 5_000;
const STATE_POLL_MS = 1_000;
const CONSOLE_LINES = 12;
/** How often, a second apart, another server must answer in the engine's place until it is believed: a program that is just ending still answers. */
const STRANGER_ANSWERS = 3;
/** How many other ports are tried when other servers answer. */
const MOVES = 2;

/** The guest's errors about its engine are final: it has tried what it could (docs/guest-start.md). */
const GUEST_FATAL = /^b2d: [\d.]+ error: (.*\bengine\b.*|(?:dockerd|containerd) ended \d+ times .*)$/;
/** A kernel that panics starts again (iso/build/image.sh, panic=10): once may be chance, as often as this it is the image. Linux: kernel/panic.c. */
const KERNEL_PANIC = /Kernel panic - not syncing: (.*)$/;
const PANICS = 2;

/**
 * Waits until the engine answers `/_ping` over mutual TLS: nothing else counts as ready. When another program proves to answer on its port, the
 * engine gets another port.
 * @throws B2dError (notReady) at the deadline, when the machine goes off, or when the guest says that it cannot start the
 * engine; each with the last console lines; (portTaken) when others answer wherever the engine should.
 */
export async function waitUntilReady(workspace: Workspace, machine: Machine): Promise<void> {
  await workspace.progress.step('Docker engine', async () => {
    await clientContext(workspace.platform, machine.paths.directory); // a file that is missing does not come by waiting
    const deadline = Date.now() + workspace.readyTimeoutMs;
    const avoid: number[] = [];
    for (let moves = 0; ; moves++) {
      const stranger = await engineOrStranger(machine, deadline, workspace.readyTimeoutMs);
      if (stranger === undefined) return;
      const { port } = engineEndpoint(machine);
      if (moves === MOVES) throw portOfStranger(machine, port, stranger);
      workspace.progress.note(`On port ${port} of this computer answers ${stranger}. "${machine.record.name}" gets another port.`);
      avoid.push(port);
      await movePort(workspace, machine, 'docker', avoid);
    }
  });
}

/** Undefined once the engine answers, else what surely answers in its place. */
async function engineOrStranger(machine: Machine, deadline: number, timeoutMs: number): Promise<string | undefined> {
  const endpoint = engineEndpoint(machine);
  let strange = 0;
  for (let nextLook = Date.now() + STATE_POLL_MS; ; ) {
    const ping = await pingEngine(endpoint, Math.min(PING_MS, Math.max(deadline - Date.now(), POLL_MS)));
    if (ping.ok) return undefined;
    if (Date.now() >= nextLook) {
      await stillComing(machine);
      const stranger = strangerOf(ping.error);
      strange = stranger === undefined ? 0 : strange + 1;
      if (strange === STRANGER_ANSWERS) return stranger;
      nextLook = Date.now() + STATE_POLL_MS;
    }
    if (Date.now() >= deadline) throw await notReady(machine, `It did not answer within ${Math.round(timeoutMs / 1000)} seconds (${messageOf(ping.error)}).`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function stillComing(machine: Machine): Promise<void> {
  const { state, detail } = await machine.driver.state(machine.spec);
  if (state === 'stopped' || state === 'crashed' || state === 'absent') {
    throw await notReady(machine, detail ?? `The virtual machine went off while it started (it is ${state}).`);
  }
  if (state === 'paused' || state === 'saved') throw await notReady(machine, detail ?? `The virtual machine was ${state} while it started.`);
  const lines = await tailLines(machine.paths.console, 200);
  const found = (pattern: RegExp): string[] => lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
  const [said] = found(GUEST_FATAL);
  if (said !== undefined) throw await notReady(machine, `The guest says: ${said}`);
  const panics = found(KERNEL_PANIC);
  if (panics.length >= PANICS) throw await notReady(machine, `The guest's kernel panics at each start: ${panics[0]}`);
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

function portOfStranger(machine: Machine, port: number, stranger: string): B2dError {
  return new B2dError(`Port ${port} of this computer does not lead to "${machine.record.name}".`, {
    exit: 'portTaken',
    reason: `There answers ${stranger}. Other ports were tried, with the same result.`,
    remedy: 'A program of this computer (a proxy, a VPN, a security suite) takes over connections to 127.0.0.1: let it leave them alone, then run: b2d up',
  });
}
