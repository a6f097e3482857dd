import type { Platform } from '../../platform/platform.ts';
import { formatForward, type NatForward, type VmInfo } from '../../virtualbox/index.ts';
import type { MachineSpec, NatRule } from '../driver.ts';
import type { VirtualBoxSettings } from './settings.ts';

/** The guest's system as VirtualBox names it. The generic Linux of 7.0 is there in every later version; ARM came with 7.1. */
export function osType({ arch }: Pick<Platform, 'arch'>): string {
  return arch === 'arm64' ? 'Linux_arm64' : 'Linux26_64';
}

/**
 * Everything `modifyvm` is told at a start, in one call. Only options of VirtualBox 7.0, since one unknown option
 * makes VBoxManage refuse them all: https://www.virtualbox.org/manual/topics/vboxmanage.html#vboxmanage-modifyvm
 */
export function machineOptions({ arch }: Pick<Platform, 'arch'>, spec: MachineSpec, settings: VirtualBoxSettings, present: readonly NatForward[], rules: readonly NatRule[]): string[] {
  return [
    '--memory', String(spec.memoryMiB),
    '--cpus', String(spec.cpus),
    ...(arch === 'arm64' ? ARM : X86),
    ...COMMON,
    // 10.0.2.2, the gateway, is then the host's 127.0.0.1. VirtualBox forgets what was said before when its service ends (7.2.22).
    '--nat-localhostreachable1', spec.hostAccess === false ? 'off' : 'on',
    ...console(spec),
    ...natOptions(present, rules),
    ...settings.modifyvm,
  ];
}

const X86 = [
  // What VirtualBox chooses for Linux itself. The image boots on ICH9 too; the two were not compared on a quiet computer.
  '--chipset', 'piix3', '--firmware', 'bios', '--ioapic', 'on',
  '--bios-logo-fade-in', 'off', '--bios-logo-fade-out', 'off', '--bios-logo-display-time', '0', '--bios-boot-menu', 'disabled',
  '--paravirt-provider', 'kvm', '--nested-paging', 'on', '--large-pages', 'on',
];

const ARM = ['--chipset', 'armv8virtual', '--firmware', 'efi'];

const COMMON = [
  '--rtc-use-utc', 'on',
  '--boot1', 'dvd', '--boot2', 'none', '--boot3', 'none', '--boot4', 'none',
  '--graphicscontroller', 'none', '--audio-enabled', 'off', '--usb-ohci', 'off', '--usb-ehci', 'off', '--usb-xhci', 'off', '--vrde', 'off',
  '--nic1', 'nat', '--nic-type1', 'virtio', '--cable-connected1', 'on',
  // DNS through the host's own resolver: VPNs, changing networks and private names work.
  '--natdnshostresolver1', 'on',
  '--nic2', 'none', '--nic3', 'none', '--nic4', 'none',
];

function console({ consoleFile }: MachineSpec): string[] {
  return ['--uart1', '0x3F8', '4', '--uart-mode1', 'file', consoleFile];
}

/** What makes the present rules of network card 1 the given ones. VirtualBox refuses to delete a rule that is not there. */
export function natOptions(present: readonly NatForward[], rules: readonly NatRule[]): string[] {
  const wanted = rules.map(natForward);
  const isIn = (list: readonly NatForward[], rule: NatForward): boolean => list.some((other) => formatForward(other) === formatForward(rule));
  return [
    ...present.filter((rule) => !isIn(wanted, rule)).flatMap(({ name }) => ['--nat-pf1', 'delete', name]),
    ...wanted.filter((rule) => !isIn(present, rule)).flatMap((rule) => ['--nat-pf1', formatForward(rule)]),
  ];
}

export function natForward({ name, protocol, hostAddress, hostPort, guestPort }: NatRule): NatForward {
  return { name, protocol, hostAddress, hostPort, guestAddress: '', guestPort };
}

/** The rules in force in the driver's words; `0.0.0.0` is VirtualBox's empty address. */
export function natRules(info: Pick<VmInfo, 'forwards'>): NatRule[] {
  return info.forwards.map(({ name, protocol, hostAddress, hostPort, guestPort }) => ({ name, protocol, hostAddress: hostAddress || '0.0.0.0', hostPort, guestPort }));
}
