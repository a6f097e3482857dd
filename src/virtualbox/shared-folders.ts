import type { Call } from './call.ts';
import { parseMachineInfo } from './machine-info.ts';
import type { SessionCall } from './sessions.ts';
import type { VirtualBox } from './virtualbox.ts';

type SharedFolders = Pick<VirtualBox, 'addSharedFolder' | 'removeSharedFolder' | 'setSymlinkPolicy'>;

/** Folders of the host that the guest may mount. */
export function sharedFolderCalls(call: Call, inSession: SessionCall): SharedFolders {
  const change = (uuid: string, args: readonly string[], transient: boolean): Promise<string> => (transient ? call([...args, '--transient']) : inSession(uuid, args));
  return {
    addSharedFolder: async (uuid, { name, hostPath, readOnly }, { transient }) =>
      void (await change(uuid, ['sharedfolder', 'add', uuid, '--name', name, '--hostpath', hostPath, ...(readOnly ? ['--readonly'] : [])], transient)),
    removeSharedFolder: async (uuid, name, { transient }) => {
      try {
        await change(uuid, ['sharedfolder', 'remove', uuid, '--name', name], transient);
      } catch (error) {
        // VirtualBox has different codes for a folder that is not there, so the folders themselves are asked.
        const left = await call(['showvminfo', uuid, '--machinereadable']).then(parseMachineInfo, () => undefined);
        if (!left || left.sharedFolders.some((folder) => folder.name === name && (folder.kind === 'transient') === transient)) throw error;
      }
    },
    setSymlinkPolicy: async (uuid, name, policy) => void (await inSession(uuid, ['sharedfolder', 'modify', uuid, '--name', name, '--symlink-policy', policy])),
  };
}
