/**
 * What the machine needs of a hypervisor, and no more. Drivers know nothing of Docker, TLS or SSH.
 * Every method is idempotent where it can be: `create` on a machine that is there verifies and completes it,
 * `powerOff` and `destroy` on one that is not there succeed.
 */

export type DriverName = 'qemu' | 'virtualbox';

/**
 * A machine's state as the hypervisor tells it.
 * `absent`: the hypervisor has no such machine; `stopped`: powered off; `saved`: suspended to disk;
 * `crashed`: the hypervisor's process died without a shutdown (a data disk may need its journal replayed; `start` works);
 * `unknown`: the hypervisor does not answer or its records cannot be read, `detail` says why.
 */
export type MachineState = 'absent' | 'stopped' | 'starting' | 'running' | 'paused' | 'saved' | 'stopping' | 'crashed' | 'unknown';

export interface StateReport {
  state: MachineState;
  /** One sentence for the user where the state alone does not say enough. */
  detail?: string;
  /** The hypervisor's process, where it has one of its own for this machine. */
  pid?: number;
}

/** What to build and start. All paths are absolute host paths. */
export interface MachineSpec {
  name: string;
  /** RFC 4122 UUID of this machine, made at init; the driver marks what it creates with it. */
  uuid: string;
  /** The machine's folder; what the driver keeps goes below it. */
  directory: string;
  cpus: number;
  memoryMiB: number;
  diskMiB: number;
  /** The data disk, without its format's suffix: the driver adds `.qcow2` or `.vdi` and states the format always. */
  dataDiskBase: string;
  /** The boot image, read-only, shared by machines. */
  imageFile: string;
  configDriveFile: string;
  /** The guest's serial console is written here. */
  consoleFile: string;
  /** Folders of the host that the guest may mount; none unless told. */
  shares?: readonly Share[];
  /** Whether the guest reaches what listens on the host's loopback address, by the address of its gateway; yes unless told. */
  hostAccess?: boolean;
  /** Driver settings of the user, by the driver's own documented names. */
  extra: Readonly<Record<string, string>>;
}

/** Begins the tags of shares: what has another name was made by the user, in the hypervisor's own window for example, and is left alone. */
export const SHARE_PREFIX = 'b2d-';

/** A folder of the host. The guest mounts it by its tag, which is unique within a machine: SHARE_PREFIX and letters and digits, at most 31 (QEMU's limit). */
export interface Share {
  tag: string;
  /** Absolute. */
  hostPath: string;
  /** Enforced by the hypervisor, whatever the guest mounts. */
  readOnly: boolean;
}

/** A NAT rule: host 127.0.0.1:hostPort -> guest port. `name` is unique within a machine. */
export interface NatRule {
  name: string;
  protocol: 'tcp' | 'udp';
  hostAddress: string;
  hostPort: number;
  guestPort: number;
}

export interface Preflight {
  usable: boolean;
  /** The hypervisor's version, when it was found. */
  version?: string;
  /** How guest code runs: `kvm`, `hvf`, `whpx`, `tcg`, `vt-x` ... */
  accelerator?: string;
  /** The program found. */
  program?: string;
  /** Why it is not usable, or what the user should know. */
  reason?: string;
  remedy?: string;
}

export interface SnapshotInfo {
  name: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** Whether it holds the memory of a machine that ran, too. */
  memory: boolean;
}

export interface Driver {
  readonly name: DriverName;

  /** Finds the hypervisor and tries it. Never throws for "not there": that is an answer. */
  preflight(): Promise<Preflight>;

  /** Makes what the hypervisor needs before the first start (the data disk, a registration). Idempotent; never overwrites a data disk. */
  create(spec: MachineSpec): Promise<void>;

  /** The data disk's file with its suffix, or undefined where it was not made yet (or is gone). */
  dataDisk(spec: MachineSpec): Promise<string | undefined>;

  /**
   * Starts the machine with exactly these NAT rules and returns once the hypervisor says it runs (not: the guest is ready).
   * A paused or saved machine goes on, with these rules too.
   * @throws PortTakenError naming the rule when a host port cannot be bound; a machine that was off is then off again, a paused or
   * saved one may run without that rule. SavedStateError when the suspended machine cannot go on; its saved state is kept.
   */
  start(spec: MachineSpec, rules: readonly NatRule[]): Promise<void>;

  /** Presses the ACPI power button; does not wait. */
  shutdown(spec: MachineSpec): Promise<void>;

  /** Pulls the plug; returns when the machine is off. */
  powerOff(spec: MachineSpec): Promise<void>;

  /** Suspends to disk. @throws UnsupportedError */
  suspend(spec: MachineSpec): Promise<void>;

  /** Throws away what `suspend` saved, so that the next start boots; nothing to do where nothing was saved. The data disk stays. */
  discardSavedState(spec: MachineSpec): Promise<void>;

  state(spec: MachineSpec): Promise<StateReport>;

  /** Removes exactly what this driver made, the data disk included. Only `b2d delete` calls it, after asking. */
  destroy(spec: MachineSpec): Promise<void>;

  /** Adds a NAT rule to the running machine. @throws PortTakenError */
  forward(spec: MachineSpec, rule: NatRule): Promise<void>;
  /** Removes a NAT rule by name; one that is not there is no error. */
  unforward(spec: MachineSpec, name: string): Promise<void>;
  /** The NAT rules in force, as the hypervisor tells them. */
  forwards(spec: MachineSpec): Promise<NatRule[]>;

  /** Whether this hypervisor can share folders here, also with an owner of the user's choice. @throws UnsupportedError with what to do instead. */
  requireShares(spec: MachineSpec, wanted?: { owner: boolean }): Promise<void>;
  /** Offers a folder to the running machine until it goes off; one that is offered stays. @throws UnsupportedError where that takes a start. */
  share(spec: MachineSpec, share: Share): Promise<void>;
  /** Takes a folder from the running machine, unless the guest has it mounted; one that is not offered is no error. @throws UnsupportedError where that takes a start. */
  unshare(spec: MachineSpec, tag: string): Promise<void>;

  /** Grows the data disk to `spec.diskMiB`. @throws CannotGrowYetError when the machine must be off and is not, or must have no snapshots; B2dError (storage) when it would have to shrink. */
  resize(spec: MachineSpec): Promise<void>;

  /** Saves the data disk, and of a running machine the memory too where the hypervisor can; the machine goes on. @throws B2dError (usage) when the name is taken or cannot be one. */
  snapshotSave(spec: MachineSpec, name: string): Promise<void>;
  /** Puts the data disk back; a snapshot with memory leaves the machine `saved`. @throws B2dError (usage) when there is none of that name, (busy) while the machine runs. */
  snapshotRestore(spec: MachineSpec, name: string): Promise<void>;
  /** Deletes the snapshot, also of a machine that runs; one that is not there is no error. */
  snapshotDelete(spec: MachineSpec, name: string): Promise<void>;
  /** Oldest first; none where there is no data disk yet. */
  snapshotList(spec: MachineSpec): Promise<SnapshotInfo[]>;

  /** Files of this driver a user may want to read when something failed (logs), most telling first. */
  logFiles(spec: MachineSpec): string[];
}
