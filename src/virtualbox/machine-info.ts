import { parseMachineReadable } from './machine-readable.ts';
import { forwardsOf } from './nat-rules.ts';
import { VM_STATES, type Attachment, type SharedFolder, type VmInfo, type VmState } from './virtualbox.ts';

/** The name VirtualBox shows for a machine whose .vbox file it cannot read. */
export const INACCESSIBLE = '<inaccessible>';

/** `showvminfo --machinereadable`. */
export function parseMachineInfo(text: string): VmInfo {
  const raw = parseMachineReadable(text);
  const controllers = controllersOf(raw);
  return {
    uuid: raw.get('UUID')?.toLowerCase() ?? '',
    name: raw.get('name') ?? '',
    accessible: raw.get('name') !== INACCESSIBLE,
    state: stateOf(raw.get('VMState')),
    stateChangedAt: utc(raw.get('VMStateChangeTime')),
    settingsFile: raw.get('CfgFile'),
    logFolder: raw.get('LogFldr'),
    snapshotFolder: raw.get('SnapFldr'),
    session: raw.get('SessionName'),
    memoryMiB: number(raw.get('memory')),
    cpus: number(raw.get('cpus')),
    forwards: forwardsOf(raw),
    attachments: controllers.flatMap((controller) => attachmentsOf(raw, controller)),
    sharedFolders: sharedFoldersOf(raw),
    controllers,
    raw,
  };
}

/** What is known of a machine whose .vbox file cannot be read. */
export function inaccessibleMachine(uuid: string): VmInfo {
  return { ...parseMachineInfo(`name="${INACCESSIBLE}"`), uuid };
}

/** `SharedFolderNameMachineMapping1="..."`, `SharedFolderPathMachineMapping1="..."`, and the same with `Transient`. */
function sharedFoldersOf(raw: ReadonlyMap<string, string>): SharedFolder[] {
  return [...raw].flatMap(([key, name]) => {
    const [, kind, number] = /^SharedFolderName(Machine|Transient)Mapping(\d+)$/.exec(key) ?? [];
    if (kind === undefined) return [];
    return { name, hostPath: raw.get(`SharedFolderPath${kind}Mapping${number}`) ?? '', kind: kind === 'Machine' ? 'machine' as const : 'transient' as const };
  });
}

function stateOf(text: string | undefined): VmState {
  return VM_STATES.find((state) => state === text) ?? 'unknown';
}

/** `2026-11-23T08:44:12.664000000` is UTC. */
function utc(text: string | undefined): string | undefined {
  const time = new Date(`${text?.slice(0, 23).replace(/Z$/, '')}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

function number(text: string | undefined): number | undefined {
  return text === undefined || Number.isNaN(Number.parseInt(text, 10)) ? undefined : Number.parseInt(text, 10);
}

function controllersOf(raw: ReadonlyMap<string, string>): string[] {
  return [...raw].filter(([key]) => /^storagecontrollername\d+$/.test(key)).map(([, name]) => name);
}

/** `"SATA-2-0"="/a/data.vdi"` and `"SATA-ImageUUID-2-0"="..."`; an empty slot is `none`, an empty drive `emptydrive`. */
function attachmentsOf(raw: ReadonlyMap<string, string>, controller: string): Attachment[] {
  return [...raw].flatMap(([key, file]) => {
    const [, port, device] = (key.startsWith(`${controller}-`) && /^(\d+)-(\d+)$/.exec(key.slice(controller.length + 1))) || [];
    if (port === undefined || device === undefined || file === 'none' || file === 'emptydrive') return [];
    return { controller, port: Number(port), device: Number(device), file, uuid: raw.get(`${controller}-ImageUUID-${port}-${device}`)?.toLowerCase() };
  });
}
