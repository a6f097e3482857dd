import type { Call } from './call.ts';
import { VBoxManageError } from './error.ts';
import { parseExtraData, parseMachineList } from './lists.ts';
import { inaccessibleMachine, parseMachineInfo } from './machine-info.ts';
import { formatForward } from './nat-rules.ts';
import type { SessionCall } from './sessions.ts';
import type { VirtualBox, VmInfo } from './virtualbox.ts';

type Machines = Pick<VirtualBox, 'machines' | 'runningMachines' | 'machine' | 'create' | 'register' | 'unregister' | 'modify' | 'addForward' | 'deleteForward' | 'extraData' | 'setExtraData'>;

/** Registration and settings. */
export function machineCalls(call: Call, inSession: SessionCall): Machines {
  const machines = async (): ReturnType<VirtualBox['machines']> => parseMachineList(await call(['list', 'vms']));
  const machine = async (uuid: string): Promise<VmInfo | undefined> => {
    try {
      return parseMachineInfo(await call(['showvminfo', uuid, '--machinereadable']));
    } catch (error) {
      if (!(error instanceof VBoxManageError)) throw error;
      if (isUnknown(error)) return undefined;
      const listed = error.codes.includes('E_ACCESSDENIED') ? (await machines()).find((each) => each.uuid === uuid.toLowerCase()) : undefined;
      if (listed) return inaccessibleMachine(listed.uuid);
      throw error;
    }
  };
  return {
    machines,
    machine,
    runningMachines: async () => parseMachineList(await call(['list', 'runningvms'])),
    create: async ({ name, uuid, baseFolder, osType, platformArchitecture }) => {
      const architecture = platformArchitecture ? ['--platform-architecture', platformArchitecture] : [];
      await call(['createvm', '--name', name, '--uuid', uuid, '--basefolder', baseFolder, '--ostype', osType, ...architecture, '--register']);
    },
    register: async (settingsFile) => void (await call(['registervm', settingsFile])),
    unregister: async (uuid, options) => void (await inSession(uuid, ['unregistervm', uuid, ...(options?.deleteFiles ? ['--delete'] : [])])),
    modify: async (uuid, options) => void (await inSession(uuid, ['modifyvm', uuid, ...options])),
    addForward: async (uuid, rule, { live }) => {
      const text = formatForward(rule);
      await (live ? call(['controlvm', uuid, 'natpf1', text]) : inSession(uuid, ['modifyvm', uuid, '--nat-pf1', text]));
    },
    deleteForward: async (uuid, name, { live }) => {
      try {
        await (live ? call(['controlvm', uuid, 'natpf1', 'delete', name]) : inSession(uuid, ['modifyvm', uuid, '--nat-pf1', 'delete', name]));
      } catch (error) {
        // For a rule that is not there VirtualBox says "invalid argument" only, so the rules themselves are asked.
        const left = await machine(uuid).catch(() => undefined);
        if (!left || left.forwards.some((rule) => rule.name === name)) throw error;
      }
    },
    extraData: async (uuid, key) => parseExtraData(await call(['getextradata', uuid, key])),
    setExtraData: async (uuid, key, value) => void (await call(['setextradata', uuid, key, ...(value === '' ? [] : [value])])),
  };
}

/** VirtualBox says that it has no such machine. */
export function isUnknown(error: VBoxManageError): boolean {
  return error.problem === 'not-registered' || (error.codes.includes('VBOX_E_OBJECT_NOT_FOUND') && /interface IVirtualBox\b/.test(error.stderr));
}
