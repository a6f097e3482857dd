import { LONG_DEADLINE, type Call } from './call.ts';
import { VBoxManageError } from './error.ts';
import { isUnknown } from './machines.ts';
import { isUuid, parseMediumInfo } from './medium-info.ts';
import type { SessionCall } from './sessions.ts';
import type { VirtualBox } from './virtualbox.ts';

type Media = Pick<VirtualBox, 'medium' | 'createDisk' | 'resizeDisk' | 'closeMedium' | 'addController' | 'attach' | 'detach'>;

/** The types of `storagectl --controller` for each bus. */
const CONTROLLER = { sata: 'IntelAhci', virtio: 'VirtIO' } as const;

/** Disks, boot images, and the slots they are in. */
export function mediaCalls(call: Call, inSession: SessionCall): Media {
  const slotOf = ({ controller, port, device }: { controller: string; port: number; device: number }): string[] => ['--storagectl', controller, '--port', String(port), '--device', String(device)];
  return {
    medium: async (fileOrUuid, type = 'disk') => {
      const text = await call(['showmediuminfo', type, fileOrUuid]).catch(unlessNowhere(fileOrUuid));
      return text === undefined ? undefined : parseMediumInfo(text);
    },
    createDisk: async (file, sizeMiB) => void (await call(['createmedium', 'disk', '--filename', file, '--size', String(sizeMiB), '--format', 'VDI', '--variant', 'Standard'], { timeoutMs: LONG_DEADLINE })),
    resizeDisk: async (file, sizeMiB) => void (await call(['modifymedium', 'disk', file, '--resize', String(sizeMiB)], { timeoutMs: LONG_DEADLINE })),
    closeMedium: async (type, fileOrUuid, options) => {
      await call(['closemedium', type, fileOrUuid, ...(options?.deleteFile ? ['--delete'] : [])]).catch(unlessNowhere(fileOrUuid));
    },
    addController: async (uuid, { name, bus, ports, hostIoCache }) => {
      const options = ['--add', bus, '--controller', CONTROLLER[bus], '--portcount', String(ports), '--hostiocache', hostIoCache ? 'on' : 'off', '--bootable', 'on'];
      await inSession(uuid, ['storagectl', uuid, '--name', name, ...options]);
    },
    attach: async (uuid, { type, medium, options = [], ...slot }) => void (await inSession(uuid, ['storageattach', uuid, ...slotOf(slot), '--type', type, '--medium', medium, ...options])),
    detach: async (uuid, slot) => {
      await inSession(uuid, ['storageattach', uuid, ...slotOf(slot), '--medium', 'none']).catch((error: unknown) => {
        const empty = error instanceof VBoxManageError && error.codes.includes('VBOX_E_OBJECT_NOT_FOUND') && !isUnknown(error);
        if (!empty) throw error;
      });
    },
  };
}

/** Undefined for the failure that says: this medium is neither registered nor a file. */
function unlessNowhere(fileOrUuid: string): (error: unknown) => undefined {
  return (error) => {
    const codes = error instanceof VBoxManageError ? error.codes : [];
    // A UUID that is not registered is taken for a file name.
    const nowhere = isUuid(fileOrUuid) ? ['VBOX_E_FILE_ERROR', 'VBOX_E_OBJECT_NOT_FOUND'] : ['VERR_FILE_NOT_FOUND', 'VERR_PATH_NOT_FOUND'];
    if (!codes.some((code) => nowhere.includes(code))) throw error;
    return undefined;
  };
}
