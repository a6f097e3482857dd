import type { PlatformPath } from 'node:path';

/** What identifies a machine on disk; a `MachineSpec` is one. */
export interface MachinePlace {
  uuid: string;
  directory: string;
  /** Without the suffix; `data` in the machine's folder unless told. */
  dataDiskBase?: string;
}

/** The files this driver keeps for a machine; docs/drivers/qemu.md describes each. */
export interface QemuFiles {
  folder: string;
  dataDisk: string;
  /** Written and locked by QEMU itself while it runs, removed by its orderly exit. */
  pidFile: string;
  /** How to reach QEMU's control socket; written before QEMU is started. */
  endpoint: string;
  /** The names of the NAT rules, which QEMU does not know. */
  forwards: string;
  accelerator: string;
  log: string;
  efiVariables: string;
  /** Windows only: the folder with the key of the control connection. */
  credentials: string;
}

/** Where the driver's files of a machine are. Uses nothing but path rules, so that asking for a state loads little. */
export function qemuFiles(machine: MachinePlace, rules: PlatformPath): QemuFiles {
  const folder = rules.join(machine.directory, 'qemu');
  return {
    folder,
    dataDisk: `${machine.dataDiskBase ?? rules.join(machine.directory, 'data')}.qcow2`,
    pidFile: rules.join(folder, 'qemu.pid'),
    endpoint: rules.join(folder, 'endpoint.json'),
    forwards: rules.join(folder, 'forwards.json'),
    accelerator: rules.join(folder, 'accelerator.json'),
    log: rules.join(folder, 'qemu.log'),
    efiVariables: rules.join(folder, 'efi-variables.fd'),
    credentials: rules.join(folder, 'credentials'),
  };
}
