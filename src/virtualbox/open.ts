import { caller, wait, type Call, type CallerOptions } from './call.ts';
import { VBoxManageError } from './error.ts';
import { parseProperties } from './lists.ts';
import { machineCalls } from './machines.ts';
import { mediaCalls } from './media.ts';
import { powerCalls } from './power.ts';
import { sessionCall } from './sessions.ts';
import { sharedFolderCalls } from './shared-folders.ts';
import { parseVersion } from './version.ts';
import type { VirtualBox, VirtualBoxHost, VirtualBoxVersion } from './virtualbox.ts';

/** VirtualBox by this VBoxManage. Nothing is run before the first call. */
export function openVirtualBox(host: VirtualBoxHost, program: string, options: CallerOptions = {}): VirtualBox {
  const call = caller(host, program, options);
  const inSession = sessionCall(call, options.sleep ?? wait);
  return {
    program,
    version: () => version(host, program, call),
    hostInfo: async () => parseProperties(await call(['list', 'hostinfo'])),
    systemProperties: async () => parseProperties(await call(['list', 'systemproperties'])),
    ...machineCalls(call, inSession),
    ...mediaCalls(call, inSession),
    ...powerCalls(call, inSession),
    ...sharedFolderCalls(call, inSession),
    manage: call,
  };
}

async function version(host: VirtualBoxHost, program: string, call: Call): Promise<VirtualBoxVersion> {
  const stdout = await call(['--version']);
  const found = parseVersion(stdout);
  if (found) return found;
  throw new VBoxManageError(host, { command: [program, '--version'], stdout, cause: new Error(`it printed no version, but ${JSON.stringify(stdout.slice(0, 200))}`) });
}
