import { B2dCommand } from '../cli/base.ts';
import { machineFlag } from '../machine/errors.ts';
import { publishedPortsOf, type ForwardedPort, type PortsReport } from '../machine/published-ports.ts';
import { runningMachine } from '../machine/running.ts';
import { formatTable } from '../output/table.ts';

export default class Ports extends B2dCommand<typeof Ports> {
  static override summary = 'List the ports that containers publish, and where this computer answers.';
  static override description = 'Ports are forwarded by themselves while the machine runs; a port that another program has is tried again until it is free.';
  static override examples = ['<%= config.bin %> ports', '<%= config.bin %> ports --json'];

  async run(): Promise<PortsReport & { name: string }> {
    const machine = await runningMachine(await this.openMachine());
    const { name } = machine.record;
    const report = await publishedPortsOf(machine, this.settings['ports.bind'].value);
    if (report.ports.length > 0) this.log(formatTable([['container', 'port', 'machine', 'this computer'], ...report.ports.map(row)]));
    else this.workspace.progress.note(`No container of "${name}" publishes a port.`);
    if (!report.forwarder.running) this.workspace.progress.note(this.settings['ports.forward'].value === 'off' ? 'Ports are not forwarded: the setting ports.forward is off.' : `The port forwarder does not run. Start it:  b2d up${machineFlag(name)}`);
    return { name, ...report };
  }
}

function row({ container, containerPort, protocol, address, port, host, reason, retried }: ForwardedPort): string[] {
  const bound = (where: string, number: number): string => `${where.includes(':') ? `[${where}]` : where}:${number}`;
  return [container, `${containerPort}/${protocol}`, bound(address || '0.0.0.0', port), host === null ? `none: ${reason}${retried ? ' It is tried again.' : ''}` : bound(host.address, host.port)];
}
