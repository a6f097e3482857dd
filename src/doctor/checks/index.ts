import type { Check } from '../check.ts';
import { autostartCheck } from './autostart.ts';
import { bindMountsCheck } from './bind-mounts.ts';
import { certificatesCheck } from './certificates.ts';
import { clockCheck } from './clock.ts';
import { diskSpaceCheck } from './disk-space.ts';
import { dockerClientCheck } from './docker-client.ts';
import { dockerEnvironmentCheck } from './docker-environment.ts';
import { driverCheck } from './driver.ts';
import { homeCheck } from './home.ts';
import { hyperVCheck } from './hyper-v.ts';
import { kernelModuleCheck } from './kernel-module.ts';
import { kvmCheck } from './kvm.ts';
import { leftoverFilesCheck } from './leftover-files.ts';
import { leftoverMachinesCheck } from './leftover-machines.ts';
import { locksCheck } from './locks.ts';
import { machineCheck } from './machine.ts';
import { memoryCheck } from './memory.ts';
import { portsCheck } from './ports.ts';
import { proxyCheck } from './proxy.ts';
import { publishedPortsCheck } from './published-ports.ts';
import { qemuCheck } from './qemu.ts';
import { settingsCheck } from './settings.ts';
import { virtualBoxCheck } from './virtualbox.ts';
import { virtualisationCheck } from './virtualisation.ts';

/** All checks, in the order of the report: the settings, this computer, its hypervisors, docker, the machines, what was left behind. */
export const checks: readonly Check[] = [
  settingsCheck, homeCheck, diskSpaceCheck, memoryCheck,
  virtualisationCheck, hyperVCheck, virtualBoxCheck, kernelModuleCheck, kvmCheck, qemuCheck, driverCheck,
  dockerClientCheck, dockerEnvironmentCheck, proxyCheck,
  machineCheck, portsCheck, publishedPortsCheck, certificatesCheck, clockCheck, bindMountsCheck, autostartCheck,
  locksCheck, leftoverFilesCheck, leftoverMachinesCheck,
];
