import fs from 'node:fs/promises';
import path from 'node:path';
import type { Driver, DriverName, MachineSpec, MachineState, NatRule, Share, SnapshotInfo, StateReport } from '../../src/drivers/driver.ts';
import { CannotGrowYetError, PortTakenError, SavedStateError, UnsupportedError } from '../../src/drivers/errors.ts';
import { codeOf } from '../../src/errors.ts';
import { hostPlatform } from '../../src/platform/platform.ts';
import { tlsPaths } from '../../src/tls/paths.ts';
import { EngineContent, startEngine, type TestEngine } from './tls-engine.ts';

/**
 * A hypervisor in memory. Its guest is a TLS server with the machine's own certificates on the host port of the NAT rule,
 * so that readiness is proved as with a real one.
 */
export class FakeDriver implements Driver {
  readonly name: DriverName;
  state_: MachineState = 'stopped';
  detail: string | undefined;
  /** The state that follows each of these by itself, after it was asked for a few times. */
  readonly follows: Partial<Record<MachineState, MachineState>> = {};
  /** What was called, in order. */
  readonly calls: string[] = [];
  rules: NatRule[] = [];
  snapshots: SnapshotInfo[] = [];
  /** Host ports that another program takes between b2d's check and the start. */
  readonly busy = new Set<number>();
  /** Host ports whose rules are said to be in force while another program has the port. */
  readonly silentlyBusy = new Set<number>();
  /** What the guest writes to its console instead of starting its engine. */
  console: string | undefined;
  /** Digests of images whose guest says this instead of starting its engine. */
  readonly broken = new Map<string, string>();
  /** Digests of the images it was started with, in order. */
  readonly booted: string[] = [];
  /** Why a saved state cannot be read. */
  unreadable: string | undefined;
  /** Why the data disk cannot grow. */
  cannotGrowUntil: CannotGrowYetError['until'] | undefined;
  /** It cannot share folders at all. */
  withoutShares = false;
  withoutOwners = false;
  /** What the machine was last started with. */
  started: MachineSpec | undefined;
  /** Milliseconds by which the guest's clock is ahead. */
  clockAheadMs = 0;
  /** What the guest's engine tells of its containers. */
  readonly content = new EngineContent();
  private engine: TestEngine | undefined;
  /** What the guest that runs wrote instead of starting its engine. */
  private failure: string | undefined;
  private asked = 0;

  /** As VirtualBox, which can suspend, unless told. */
  constructor(name: DriverName = 'virtualbox') {
    this.name = name;
  }

  async preflight() {
    return { usable: true, accelerator: 'memory' };
  }

  async create(spec: MachineSpec): Promise<void> {
    this.calls.push('create');
    if ((await this.dataDisk(spec)) === undefined) await fs.writeFile(`${spec.dataDiskBase}.fake`, '');
  }

  async dataDisk(spec: MachineSpec): Promise<string | undefined> {
    const file = `${spec.dataDiskBase}.fake`;
    return fs.access(file).then(() => file, () => undefined);
  }

  async start(spec: MachineSpec, rules: readonly NatRule[]): Promise<void> {
    this.calls.push('start');
    this.started = spec;
    if (this.state_ === 'saved' && this.unreadable !== undefined) throw new SavedStateError(spec.name, this.unreadable);
    const taken = rules.find((rule) => this.busy.has(rule.hostPort));
    const goesOn = this.state_ === 'paused' || this.state_ === 'saved';
    if (taken && !goesOn) throw new PortTakenError(taken);
    if (!goesOn) await this.boot(spec);
    this.rules = rules.filter((rule) => rule !== taken);
    this.state_ = 'running';
    await this.listen(spec).catch(async (error: unknown) => {
      if (!goesOn) await this.off();
      throw error;
    });
    if (taken) throw new PortTakenError(taken);
  }

  private async boot({ imageFile, consoleFile }: MachineSpec): Promise<void> {
    const image = path.basename(imageFile, '.iso');
    this.booted.push(image);
    this.failure = this.console ?? this.broken.get(image);
    await fs.writeFile(consoleFile, this.failure ?? 'b2d: 0.10 init\n');
  }

  /** The guest's engine on the host port of its rule, where it has one. */
  private async listen(spec: MachineSpec): Promise<void> {
    const rule = this.rules.find(({ guestPort }) => guestPort === 2376);
    if (rule !== undefined && rule.hostPort === this.engine?.port && this.state_ === 'running' && !this.silentlyBusy.has(rule.hostPort)) return;
    await this.engine?.close();
    this.engine = undefined;
    if (this.state_ !== 'running' || this.failure !== undefined || rule === undefined || this.silentlyBusy.has(rule.hostPort)) return;
    this.engine = await startEngine(tlsPaths(hostPlatform(), spec.directory), rule.hostPort, { now: () => Date.now() + this.clockAheadMs, content: this.content }).catch((error: unknown) => {
      this.rules = this.rules.filter((other) => other !== rule);
      throw codeOf(error) === 'EADDRINUSE' ? new PortTakenError(rule, error) : error;
    });
  }

  async shutdown(): Promise<void> {
    this.calls.push('shutdown');
    await this.off();
  }

  async powerOff(): Promise<void> {
    this.calls.push('powerOff');
    await this.off(this.state_ === 'absent' ? 'absent' : 'stopped');
  }

  async off(state: MachineState = 'stopped'): Promise<void> {
    await this.engine?.close();
    this.engine = undefined;
    this.state_ = state;
  }

  async state(): Promise<StateReport> {
    const next = this.follows[this.state_];
    if (next !== undefined && ++this.asked % 3 === 0) this.state_ = next;
    return { state: this.state_, ...(this.detail && { detail: this.detail }) };
  }

  async destroy(spec: MachineSpec): Promise<void> {
    this.calls.push('destroy');
    for (const file of [`${spec.dataDiskBase}.fake`, spec.consoleFile]) await fs.rm(file, { force: true });
  }

  async suspend(): Promise<void> {
    this.calls.push('suspend');
    if (this.name === 'qemu') throw new UnsupportedError('qemu', 'suspend a machine', 'It is a fake.');
    await this.off('saved');
  }

  async discardSavedState(): Promise<void> {
    this.calls.push('discardSavedState');
    if (this.state_ === 'saved') this.state_ = 'stopped';
  }

  async forward(spec: MachineSpec, rule: NatRule): Promise<void> {
    this.calls.push(`forward ${rule.name}`);
    if (this.busy.has(rule.hostPort)) throw new PortTakenError(rule);
    this.rules.push(rule);
    await this.listen(spec);
  }

  async unforward(spec: MachineSpec, name: string): Promise<void> {
    this.calls.push(`unforward ${name}`);
    this.rules = this.rules.filter((rule) => rule.name !== name);
    await this.listen(spec);
  }

  async forwards(): Promise<NatRule[]> {
    return this.rules;
  }

  async requireShares(_: MachineSpec, { owner = false } = {}): Promise<void> {
    this.calls.push('requireShares');
    if (owner && this.withoutOwners) throw new UnsupportedError(this.name, 'give files another owner', 'It is a fake.');
    if (this.withoutShares) throw new UnsupportedError(this.name, 'share folders', 'It is a fake.', ['docker cp']);
  }

  async share(_: MachineSpec, { tag, hostPath, readOnly }: Share): Promise<void> {
    this.calls.push(`share ${tag} ${hostPath}${readOnly ? ' ro' : ''}`);
    if (this.name === 'qemu') throw new UnsupportedError('qemu', 'share a folder while the machine runs', 'It is a fake.');
  }

  async unshare(_: MachineSpec, tag: string): Promise<void> {
    this.calls.push(`unshare ${tag}`);
    if (this.name === 'qemu') throw new UnsupportedError('qemu', 'take a shared folder away while the machine runs', 'It is a fake.');
  }

  async resize(spec: MachineSpec): Promise<void> {
    this.calls.push('resize');
    if (this.cannotGrowUntil !== undefined) throw new CannotGrowYetError(spec.name, this.cannotGrowUntil, 'It is a fake.');
  }

  async snapshotSave(_: MachineSpec, name: string): Promise<void> {
    this.calls.push('snapshotSave');
    this.snapshots.push({ name, createdAt: new Date().toISOString(), memory: ['running', 'paused', 'saved'].includes(this.state_) });
  }

  async snapshotRestore(_: MachineSpec, name: string): Promise<void> {
    this.calls.push('snapshotRestore');
    await this.off(this.snapshots.find((snapshot) => snapshot.name === name)?.memory ? 'saved' : 'stopped');
  }

  async snapshotDelete(_: MachineSpec, name: string): Promise<void> {
    this.calls.push('snapshotDelete');
    this.snapshots = this.snapshots.filter((snapshot) => snapshot.name !== name);
  }

  async snapshotList(): Promise<SnapshotInfo[]> {
    return this.snapshots;
  }

  logFiles(): string[] {
    return [];
  }
}
