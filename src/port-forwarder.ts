import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { driverFor } from './drivers/registry.ts';
import { B2dError } from './errors.ts';
import { followPorts } from './machine/follow-ports.ts';
import { machinePaths } from './machine/paths.ts';
import { withLock } from './platform/lock.ts';
import { hostPlatform } from './platform/platform.ts';
import { openLog } from './ports/log.ts';
import { writeForwarderState } from './ports/state.ts';
import { version } from './version.ts';

/**
 * The port forwarder: a process beside each running machine, started by `b2d up` (src/machine/port-forwarder.ts), that has the hypervisor forward what the machine's
 * containers publish. It ends with the machine, or is killed; it listens nowhere, and takes no orders.
 */

/** For the forwarder before it to end. */
const LOCK_WAIT_MS = 10_000;

const { values } = parseArgs({ options: { 'ports-of': { type: 'string' }, home: { type: 'string' }, machine: { type: 'string' }, bind: { type: 'string' } } });
const { 'ports-of': uuid, home, machine: name } = values;
if (!uuid || !home || !name) throw new Error('b2d starts this program by itself: b2d up');
const bind = values.bind === 'all' ? 'all' : 'loopback';
const platform = hostPlatform();
const paths = machinePaths(platform, home, name);
const log = openLog(paths.forwarderLog);

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    log(`ended: ${error instanceof Error ? error.stack : error}`);
    process.exit(1);
  });
}

try {
  await withLock(platform, paths.forwarderLock, { purpose: 'up', waitMs: LOCK_WAIT_MS, busy: 'The machine has a port forwarder.' }, async () => {
    const identity = { version, pid: process.pid, bind } as const;
    await writeForwarderState(paths.forwarderState, { ...identity, trouble: 'It has only just begun.', failures: {} });
    log(`b2d ${version}, process ${process.pid}`);
    const driver = (kind: Parameters<typeof driverFor>[1]) => driverFor(platform, kind, { settings: {}, note: log });
    const why = await followPorts({ workspace: { platform, home, driver }, name, uuid, bind, log, report: (news) => writeForwarderState(paths.forwarderState, { ...identity, ...news }) });
    log(`ended: ${why}`);
    fs.rmSync(paths.forwarderState, { force: true });
  });
  process.exit(0); // a connection that lingers must not keep it
} catch (error) {
  log(`ended: ${error instanceof B2dError ? `${error.message} ${error.reason ?? ''}` : error instanceof Error ? error.stack : error}`);
  process.exit(1);
}
