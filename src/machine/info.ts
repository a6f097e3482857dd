import { inspectTls } from '../tls/inspect.ts';
import { dockerHost } from './loopback.ts';
import type { Machine } from './machine.ts';
import type { Workspace } from './workspace.ts';

/** All facts about a machine, for people and for `--json`. Never secrets: only the names of their files. */
export async function machineInfo(workspace: Workspace, machine: Machine): Promise<Record<string, unknown>> {
  const { record, driver, spec, paths } = machine;
  const report = await driver.state(spec);
  return {
    name: record.name,
    state: report.state,
    ...(report.detail && { detail: report.detail }),
    driver: record.driver,
    memoryMiB: record.memoryMiB,
    cpus: record.cpus,
    diskMiB: record.diskMiB,
    image: record.image,
    ...(record.previousImage && { previousImage: record.previousImage }),
    ...(record.data && { data: record.data }),
    ...(record.ports.docker !== undefined && { dockerHost: dockerHost(record.ports.docker), certPath: paths.docker }),
    ports: record.ports,
    ...(report.state === 'running' && { natRules: await driver.forwards(spec) }),
    certificates: await inspectTls(workspace.platform, paths.directory, { machineName: record.name, now: workspace.now() }),
    dataDisk: (await driver.dataDisk(spec)) ?? null,
    console: paths.console,
    shares: record.shares ?? [],
    hostAccess: record.hostAccess ?? true,
    extra: record.extra,
    uuid: record.uuid,
    createdAt: record.createdAt,
  };
}
