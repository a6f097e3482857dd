import { B2dError, messageOf } from '../errors.ts';
import { listPublished } from '../ports/list.ts';
import { planPorts, type Bind } from '../ports/plan.ts';
import type { PublishedPort } from '../ports/published.ts';
import { isSameRule } from '../ports/reconcile.ts';
import { machineFlag } from './errors.ts';
import { engineEndpoint, type Machine } from './machine.ts';
import { forwarderStatus, type ForwarderStatus } from './port-forwarder.ts';

/** A published port, and how it is reached from this computer. */
export interface ForwardedPort extends Omit<PublishedPort, 'reach'> {
  /** The address and port of this computer, or null where it is not forwarded; then `reason` says why. */
  host: { address: string; port: number } | null;
  reason?: string;
  /** Whether the forwarder goes on trying. */
  retried?: boolean;
}

export interface PortsReport {
  forwarder: ForwarderStatus;
  ports: ForwardedPort[];
}

/**
 * The published ports of a running machine: what the engine publishes, against the NAT rules that the hypervisor has in force, and where one is missing what the forwarder says of it.
 * @param bind where ports are bound while no forwarder runs that says it
 * @throws B2dError (notReady) when the engine does not answer, (hypervisorFailed)
 */
export async function publishedPortsOf(machine: Machine, bind: Bind): Promise<PortsReport> {
  const { driver, spec, record, paths } = machine;
  const [published, present, forwarder] = await Promise.all([listPublished(engineEndpoint(machine)).catch((error: unknown) => { throw engineSilent(record.name, error); }), driver.forwards(spec), forwarderStatus(paths)]);
  const plans = planPorts(published, { bind: forwarder.running ? forwarder.bind : bind, own: Object.values(record.ports) });
  const ports = plans.map(({ reach: _, ...plan }): ForwardedPort => {
    if ('refused' in plan) {
      const { refused, ...port } = plan;
      return { ...port, host: null, reason: refused };
    }
    const { rule, ...port } = plan;
    if (present.some((other) => isSameRule(other, rule))) return { ...port, host: { address: rule.hostAddress, port: rule.hostPort } };
    return { ...port, host: null, reason: reasonOf(forwarder, rule.name), retried: forwarder.running };
  });
  return { forwarder, ports };
}

function reasonOf(forwarder: ForwarderStatus, rule: string): string {
  if (!forwarder.running) return 'The port forwarder does not run.';
  return forwarder.failures[rule] ?? forwarder.trouble ?? 'It is about to be opened.';
}

function engineSilent(name: string, cause: unknown): B2dError {
  return new B2dError(`The Docker engine of "${name}" does not tell which ports are published.`, { exit: 'notReady', reason: messageOf(cause), remedy: `b2d status${machineFlag(name)}`, cause });
}
