import { currentContext } from '../../engine/docker-config.ts';
import { describeContext } from '../../machine/docker-context.ts';
import { machineFlag } from '../../machine/errors.ts';
import { dockerHost } from '../../machine/loopback.ts';
import type { Machine } from '../../machine/machine.ts';
import { DEFAULT_MACHINE } from '../../machine/name.ts';
import { ok, warn, type Check, type Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { readableMachines } from '../../machine/find.ts';

/** Where docker commands in this shell go. The client takes DOCKER_HOST, else DOCKER_CONTEXT, else the context of its config.json. */
export const dockerEnvironmentCheck: Check = {
  id: 'docker-environment',
  title: 'This shell',
  async run(context) {
    const { platform: { env }, machines } = context;
    const found = [await target(context, readableMachines(machines))];
    if (env['DOCKER_API_VERSION']) found.push(warn(`DOCKER_API_VERSION is ${env['DOCKER_API_VERSION']}: the client uses that version whatever the engine speaks.`, { remedy: ['Unset DOCKER_API_VERSION.'] }));
    return found;
  },
};

async function target(context: DoctorContext, machines: Machine[]): Promise<Finding> {
  const { platform: { env } } = context;
  const host = env['DOCKER_HOST'];
  const pointAt = [pointCommand(context, machines)];
  if (host) {
    const machine = machines.find(({ record }) => record.ports.docker !== undefined && dockerHost(record.ports.docker) === host);
    return machine === undefined ? warn(`DOCKER_HOST is ${host}, which is no machine looked at here.`, { remedy: pointAt }) : ofMachine(context, machine);
  }
  const other = await currentContext(context.platform);
  const active = (await Promise.all(machines.map((machine) => describeContext(context.platform, machine)))).find((row) => row.active && (row.state === 'ok' || row.state === 'stale'));
  if (active?.state === 'ok') return ok(`docker uses its context "${active.context}".`, { machine: active.machine });
  if (active !== undefined) return warn(`docker uses its context "${active.context}", which has another port or certificate.`, { machine: active.machine, remedy: [`b2d up${machineFlag(active.machine)}`] });
  if (other !== undefined) return warn(`docker uses the context "${other.name}" (${other.by}), which is not b2d's.`, { remedy: pointAt });
  return ok('DOCKER_HOST is not set; "b2d env" prints what points a shell at the machine.');
}

function ofMachine(context: DoctorContext, { record, paths }: Machine): Finding {
  const { env } = context.platform;
  const about = { machine: record.name };
  const wrong = [
    ...(env['DOCKER_TLS_VERIFY'] ? [] : ['DOCKER_TLS_VERIFY is not set']),
    ...(env['DOCKER_CERT_PATH'] === paths.docker ? [] : [`DOCKER_CERT_PATH is ${env['DOCKER_CERT_PATH'] || 'not set'}, not ${paths.docker}`]),
  ];
  if (wrong.length === 0) return ok('DOCKER_HOST points at it.', about);
  return warn(`DOCKER_HOST points at it, but ${wrong.join(', and ')}.`, { ...about, remedy: [envCommand(context, record.name)] });
}

function pointCommand(context: DoctorContext, machines: Machine[]): string {
  return machines.length === 0 ? 'Make a machine: b2d up' : envCommand(context, machines.find(({ record }) => record.name === DEFAULT_MACHINE)?.record.name ?? (machines[0] as Machine).record.name);
}

function envCommand({ platform }: DoctorContext, name: string): string {
  const command = `b2d env${machineFlag(name)}`;
  return platform.os === 'win32' && !platform.env['SHELL'] ? `& ${command} | Invoke-Expression` : `eval "$(${command})"`;
}
