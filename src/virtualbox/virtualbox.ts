import type { PlatformPath } from 'node:path';

/**
 * A typed client of VirtualBox over its own command line, VBoxManage. This folder knows nothing of b2d: it could be published as it is.
 * The manual of the commands: https://www.virtualbox.org/manual/topics/vboxmanage.html
 */

/** What the client needs of the computer it runs on; injected, so that tests run every operating system's branch anywhere. */
export interface VirtualBoxHost {
  readonly os: 'win32' | 'darwin' | 'linux';
  /** Node's name: `x64`, `arm64`. */
  readonly arch: string;
  readonly env: NodeJS.ProcessEnv;
  readonly path: PlatformPath;
  /** Runs a program with an argument array, never a shell. Resolves whatever the exit code; rejects when it cannot be started or times out. */
  run(file: string, args: readonly string[], options?: { timeoutMs?: number; env?: NodeJS.ProcessEnv; input?: string }): Promise<{ code: number; stdout: string; stderr: string }>;
}

export interface VirtualBoxVersion {
  /** As printed, `7.2.22_Debianr170000`. */
  text: string;
  major: number;
  minor: number;
  patch: number;
  /** `too-old` below 7.0; `newer` than any that was tried: to be used, with a warning. */
  support: 'supported' | 'newer' | 'too-old';
  /** What VBoxManage printed before the version: `The vboxdrv kernel module is not loaded ...`. */
  warnings: string[];
}

/** `VMState` of `showvminfo --machinereadable`, as VirtualBox spells it. https://www.virtualbox.org/sdkref/_virtual_box_8idl.html (MachineState) */
export const VM_STATES = [
  'poweroff', 'saved', 'teleported', 'aborted', 'aborted-saved', 'running', 'paused', 'gurumeditation', 'teleporting', 'livesnapshotting',
  'starting', 'stopping', 'saving', 'restoring', 'teleportingpausedvm', 'teleportingin', 'restoringsnapshot', 'deletingsnapshotlive',
  'deletingsnapshotlivepaused', 'onlinesnapshotting', 'deletingsnapshot', 'settingup', 'offlinesnapshotting', 'unknown',
] as const;
export type VmState = (typeof VM_STATES)[number];

export interface NatForward {
  name: string;
  protocol: 'tcp' | 'udp';
  /** Empty: every address of the host. */
  hostAddress: string;
  hostPort: number;
  /** Empty: the guest's own. */
  guestAddress: string;
  guestPort: number;
}

/** A shared folder of a machine. VBoxManage does not tell to programs whether it can be written to. */
export interface SharedFolder {
  name: string;
  /** On Windows in the ANSI code page: letters beyond it are lost. */
  hostPath: string;
  /** `transient`: until the machine goes off; it hides one of the machine's own of the same name. */
  kind: 'machine' | 'transient';
}

/**
 * A medium in a slot of a storage controller. Compare media by UUID, not by file: VBoxManage on Windows prints in the ANSI code page, so that
 * letters beyond ASCII arrive as U+FFFD or `?` (arguments are not affected: `medium(file)` finds the UUID of a file).
 */
export interface Attachment {
  controller: string;
  port: number;
  device: number;
  /** The medium's file, `none` and `emptydrive` left out. */
  file: string;
  uuid: string | undefined;
}

export interface VmInfo {
  uuid: string;
  name: string;
  /** False: its .vbox file cannot be read; then only the UUID is sure. */
  accessible: boolean;
  state: VmState;
  /** ISO 8601 of the last change of state, where told. */
  stateChangedAt: string | undefined;
  settingsFile: string | undefined;
  logFolder: string | undefined;
  snapshotFolder: string | undefined;
  /** `headless`, `GUI/Qt` ...: what holds the session, undefined when nothing does. */
  session: string | undefined;
  memoryMiB: number | undefined;
  cpus: number | undefined;
  forwards: NatForward[];
  attachments: Attachment[];
  sharedFolders: SharedFolder[];
  /** The names of its storage controllers. */
  controllers: string[];
  /** Every key of the output, for what has no field here. */
  raw: ReadonlyMap<string, string>;
}

export interface MediumInfo {
  uuid: string;
  file: string;
  format: string;
  capacityMiB: number;
  /** MiB in use on the host's disk. */
  sizeOnDiskMiB: number;
  /** `created`, `locked read`, `locked write`, `inaccessible` ... */
  state: string;
  /** Why it is `inaccessible`. */
  accessError: string | undefined;
  /** UUIDs of the machines that use it. */
  usedBy: string[];
  /** Differencing images that build on it. */
  children: string[];
}

export interface VmSnapshot {
  name: string;
  uuid: string;
  description: string;
  /** Slash-separated names from the root. */
  path: string;
  current: boolean;
}

export interface CreateVm {
  name: string;
  uuid: string;
  /** VirtualBox makes a folder of the machine's name in it. */
  baseFolder: string;
  osType: string;
  /** For VirtualBox 7.1 and newer: `x86` or `arm`. */
  platformArchitecture?: 'x86' | 'arm';
}

/** Every call has a deadline; every failure is a VBoxManageError. UUIDs name machines, because names need not be unique. */
export interface VirtualBox {
  /** The VBoxManage in use. */
  readonly program: string;
  version(): Promise<VirtualBoxVersion>;
  /** Registered machines; the name of an inaccessible one is `<inaccessible>`. */
  machines(): Promise<{ uuid: string; name: string }[]>;
  runningMachines(): Promise<{ uuid: string; name: string }[]>;
  /** Undefined only when VirtualBox itself says that no such machine is registered. */
  machine(uuid: string): Promise<VmInfo | undefined>;
  hostInfo(): Promise<ReadonlyMap<string, string>>;
  systemProperties(): Promise<ReadonlyMap<string, string>>;

  create(options: CreateVm): Promise<void>;
  register(settingsFile: string): Promise<void>;
  /** `deleteFiles`: also its .vbox, logs, saved states, and every hard disk that is attached: detach what must stay. */
  unregister(uuid: string, options?: { deleteFiles?: boolean }): Promise<void>;
  /** `modifyvm` with these options, all or none of which take effect. */
  modify(uuid: string, options: readonly string[]): Promise<void>;
  addController(uuid: string, options: { name: string; bus: 'sata' | 'virtio'; ports: number; hostIoCache: boolean }): Promise<void>;
  attach(uuid: string, slot: { controller: string; port: number; device: number; type: 'hdd' | 'dvddrive'; medium: string; options?: readonly string[] }): Promise<void>;
  /** Nothing to do where the slot is empty. */
  detach(uuid: string, slot: { controller: string; port: number; device: number }): Promise<void>;

  /** Undefined where the file is neither registered nor there. */
  medium(fileOrUuid: string, type?: 'disk' | 'dvd'): Promise<MediumInfo | undefined>;
  createDisk(file: string, sizeMiB: number): Promise<void>;
  resizeDisk(file: string, sizeMiB: number): Promise<void>;
  /** Forgets the medium; the file stays unless `deleteFile`. Nothing to do where the medium is neither registered nor there. */
  closeMedium(type: 'disk' | 'dvd', fileOrUuid: string, options?: { deleteFile?: boolean }): Promise<void>;

  start(uuid: string): Promise<void>;
  pause(uuid: string): Promise<void>;
  resume(uuid: string): Promise<void>;
  reset(uuid: string): Promise<void>;
  powerOff(uuid: string): Promise<void>;
  acpiPowerButton(uuid: string): Promise<void>;
  saveState(uuid: string): Promise<void>;
  discardState(uuid: string): Promise<void>;

  /** NAT rules of network card 1; `live` on a running machine, at once. */
  addForward(uuid: string, rule: NatForward, options: { live: boolean }): Promise<void>;
  /** Nothing to do where no rule has that name. */
  deleteForward(uuid: string, name: string, options: { live: boolean }): Promise<void>;

  /** `transient` on a running machine, until it goes off; else on one that is off. The name has no blanks. */
  addSharedFolder(uuid: string, folder: { name: string; hostPath: string; readOnly: boolean }, options: { transient: boolean }): Promise<void>;
  /** Nothing to do where none has that name. */
  removeSharedFolder(uuid: string, name: string, options: { transient: boolean }): Promise<void>;
  /** Which symbolic links the guest may make in the folder of a machine that is off; `subtree`: those that stay in it. For VirtualBox 7.2 and newer; older ones allow none. */
  setSymlinkPolicy(uuid: string, name: string, policy: 'forbidden' | 'subtree' | 'relative' | 'any'): Promise<void>;

  /** Undefined where no value is set. */
  extraData(uuid: string, key: string): Promise<string | undefined>;
  /** An empty value removes the key. */
  setExtraData(uuid: string, key: string, value: string): Promise<void>;

  takeSnapshot(uuid: string, name: string, options?: { description?: string }): Promise<void>;
  snapshots(uuid: string): Promise<VmSnapshot[]>;
  restoreSnapshot(uuid: string, nameOrUuid: string): Promise<void>;
  deleteSnapshot(uuid: string, nameOrUuid: string): Promise<void>;

  /** Anything else. @returns stdout */
  manage(args: readonly string[], options?: { timeoutMs?: number }): Promise<string>;
}
