import fs from 'node:fs/promises';
import type { Driver, MachineSpec, MachineState, NatRule } from '../../src/drivers/driver.ts';
import { PortTakenError, UnsupportedError } from '../../src/drivers/errors.ts';
import { hostPlatform } from '../../src/platform/platform.ts';
import { tlsPaths } from '../../src/tls/paths.ts';
import { startEngine, type TestEngine } from './tls-engine.ts';

/**
 * A hypervisor in memory. Its guest is a TLS server with the machine's own certificates on the host port of the NAT rule,
 * so that readiness is proved as with a real one.
 */
export class FakeDriver implements Driver {
  readonly name = 'qemu';
  state_: MachineState = 'stopped';
  /** What was called, in order. */
  readonly calls: string[] = [];
  rules: NatRule[] = [];
  /** Host ports that another program takes between b2d's check and the start. */
  readonly busy = new Set<number>();
  /** What the guest writes to its console instead of starting its engine. */
  console: string | undefined;
  private engine: TestEngine | undefined;

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
    const taken = rules.find((rule) => this.busy.has(rule.hostPort));
    if (taken) throw new PortTakenError(taken);
    if (this.state_ !== 'paused') {
      await fs.writeFile(spec.consoleFile, this.console ?? 'b2d: 0.10 init\n');
      this.rules = [...rules];
      const port = rules.find((rule) => rule.guestPort === 2376)?.hostPort;
      if (this.console === undefined) this.engine = await startEngine(tlsPaths(hostPlatform(), spec.directory), port);
    }
    this.state_ = 'running';
  }

  async shutdown(): Promise<void> {
    this.calls.push('shutdown');
    await this.off();
  }

  async powerOff(): Promise<void> {
    this.calls.push('powerOff');
    await this.off();
  }

  async off(state: MachineState = 'stopped'): Promise<void> {
    await this.engine?.close();
    this.engine = undefined;
    this.state_ = state;
  }

  async state() {
    return { state: this.state_ };
  }

  async destroy(spec: MachineSpec): Promise<void> {
    this.calls.push('destroy');
    await fs.rm(`${spec.dataDiskBase}.fake`, { force: true });
  }

  async suspend(): Promise<void> {
    throw new UnsupportedError('qemu', 'suspend', 'It is a fake.');
  }

  async discardSavedState(): Promise<void> {
    this.calls.push('discardSavedState');
    if (this.state_ === 'saved') this.state_ = 'stopped';
  }

  async forward(_spec: MachineSpec, rule: NatRule): Promise<void> {
    this.rules.push(rule);
  }

  async unforward(_spec: MachineSpec, name: string): Promise<void> {
    this.rules = this.rules.filter((rule) => rule.name !== name);
  }

  async forwards(): Promise<NatRule[]> {
    return this.rules;
  }

  async resize(): Promise<void> {
    this.calls.push('resize');
  }

  async snapshotSave(): Promise<void> {}
  async snapshotRestore(): Promise<void> {}
  async snapshotDelete(): Promise<void> {}

  async snapshotList() {
    return [];
  }

  logFiles(): string[] {
    return [];
  }
}
