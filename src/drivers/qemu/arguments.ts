import { UnsupportedError } from '../errors.ts';
import type { MachineSpec, NatRule, Share } from '../driver.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Accelerator } from './accelerator.ts';
import type { Endpoint } from './connection.ts';
import type { UefiFirmware } from './find.ts';
import type { QemuFiles } from './layout.ts';

/** The name of the network in QEMU's commands (`hostfwd_add`). */
export const NETDEV = 'net0';
/** The block node of the data disk (`block_resize`). */
export const DATA_NODE = 'data';

export interface ArgumentInput {
  spec: MachineSpec;
  rules: readonly NatRule[];
  files: QemuFiles;
  endpoint: Endpoint;
  accelerator: Accelerator;
  firmware?: UefiFirmware;
  extraArguments: readonly string[];
}

/**
 * QEMU's whole argument list. Nothing is left to its defaults or configuration files, every disk format is stated (detecting
 * one lets a guest point its disk at host files, CVE-2023-32684), and paths go through JSON or have their commas doubled.
 */
export function buildArguments(platform: Platform, input: ArgumentInput): string[] {
  const { spec, files } = input;
  const reach = pathFrom(platform, spec.directory);
  return [
    '-nodefaults', '-no-user-config', '-display', 'none',
    '-name', option(`b2d-${spec.name}`),
    '-uuid', spec.uuid,
    '-pidfile', reach(files.pidFile),
    ...machine(input, reach),
    ...control(input.endpoint, reach(files.credentials)),
    '-chardev', `file,id=console,path=${option(reach(spec.consoleFile))},append=off`,
    '-serial', 'chardev:console',
    ...disks(spec, reach(files.dataDisk), reach),
    ...network(input.rules),
    ...(spec.shares ?? []).flatMap((share) => sharedFolder(share)),
    '-object', 'rng-builtin,id=rng0', '-device', 'virtio-rng-pci,rng=rng0',
    // Pages the guest frees go back to the host.
    '-device', 'virtio-balloon-pci,id=balloon0,deflate-on-oom=on,free-page-reporting=on',
    ...input.extraArguments,
  ];
}

/**
 * A path as QEMU is to see it: QEMU runs in the machine's folder, and on Windows paths are given relative to it, because
 * QEMU reads its arguments in the ANSI code page and a user's name may not fit into that.
 */
export function pathFrom(platform: Platform, folder: string): (file: string) => string {
  return (file) => {
    if (platform.os !== 'win32') return file;
    const relative = platform.path.relative(folder, file);
    return relative === '' ? '.' : relative; // stays absolute when it is on another drive
  };
}

/** A value inside QEMU's `key=value,key=value`: a comma is doubled. */
function option(value: string): string {
  return value.replaceAll(',', ',,');
}

function machine({ spec, accelerator, firmware, files }: ArgumentInput, reach: (file: string) => string): string[] {
  return [
    ...(firmware ? [...flash('efi-code', firmware.code, true), ...flash('efi-variables', reach(files.efiVariables), false)] : []),
    '-machine', `q35${firmware ? ',pflash0=efi-code,pflash1=efi-variables' : ''}`,
    '-accel', accelerator.accel,
    '-cpu', accelerator.cpu,
    '-smp', `cpus=${spec.cpus},sockets=1`,
    '-m', `size=${spec.memoryMiB}M`,
    '-rtc', 'base=utc',
    '-boot', 'strict=on',
  ];
}

function flash(node: string, filename: string, readOnly: boolean): string[] {
  return ['-blockdev', JSON.stringify({ driver: 'raw', 'node-name': node, 'read-only': readOnly, file: { driver: 'file', filename } })];
}

function control(endpoint: Endpoint, credentials: string): string[] {
  const socket = endpoint.kind === 'unix'
    ? `socket,id=control,path=${option(endpoint.path)},server=on,wait=off`
    : `socket,id=control,host=127.0.0.1,port=${endpoint.port},ipv4=on,server=on,wait=off,tls-creds=control-key`;
  const key = endpoint.kind === 'tls' ? ['-object', `tls-creds-psk,id=control-key,endpoint=server,dir=${option(credentials)}`] : [];
  return [...key, '-chardev', socket, '-mon', 'chardev=control,mode=control'];
}

function disks(spec: MachineSpec, dataDisk: string, reach: (file: string) => string): string[] {
  const data = { driver: 'qcow2', 'node-name': DATA_NODE, discard: 'unmap', file: { driver: 'file', filename: dataDisk, discard: 'unmap' } };
  return [
    '-blockdev', JSON.stringify(data), '-device', `virtio-blk-pci,id=data-disk,drive=${DATA_NODE},serial=b2d-data`,
    ...cd(0, 'image', reach(spec.imageFile), ',bootindex=0'),
    ...cd(1, 'config', reach(spec.configDriveFile), ''),
  ];
}

/** A CD on the chipset's AHCI controller: port 0 becomes /dev/sr0 in the guest. */
function cd(port: number, node: string, filename: string, more: string): string[] {
  const drive = { driver: 'raw', 'node-name': node, 'read-only': true, file: { driver: 'file', filename } };
  return ['-blockdev', JSON.stringify(drive), '-device', `ide-cd,id=${node}-cd,bus=ide.${port},drive=${node}${more}`];
}

/**
 * A folder over 9p. `none`: what the guest makes belongs to the user who runs QEMU, its mode and symbolic links are real on the host too, and a change of owner that the host
 * refuses is ignored; the mapped models keep modes and links in extended attributes, where the host's programs do not see them. `remap` tells apart the inodes of file systems below the
 * folder. https://www.qemu.org/docs/master/system/invocation.html (-fsdev)
 */
function sharedFolder({ tag, hostPath, readOnly }: Share): string[] {
  return [
    '-fsdev', `local,id=${tag},path=${option(hostPath)},security_model=none,multidevs=remap${readOnly ? ',readonly=on' : ''}`,
    '-device', `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`,
  ];
}

function network(rules: readonly NatRule[]): string[] {
  // The user-mode network has no route to the host's IPv6; offering addresses would only slow connections down.
  const forwards = rules.map((rule) => `,hostfwd=${hostForward(rule)}`).join('');
  return ['-netdev', `user,id=${NETDEV},ipv6=off${forwards}`, '-device', `virtio-net-pci,id=nic0,netdev=${NETDEV},romfile=`];
}

/** A rule as `hostfwd` wants it. @throws UnsupportedError for an address that QEMU cannot bind. */
export function hostForward(rule: NatRule): string {
  return `${hostSide(rule)}-:${rule.guestPort}`;
}

/** The host's half of a rule, which also names it in `hostfwd_remove`. */
export function hostSide({ name, protocol, hostAddress, hostPort }: NatRule): string {
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(hostAddress)) throw new UnsupportedError('qemu', `bind "${name}" to ${hostAddress}`, 'Its user-mode network binds IPv4 addresses only.');
  return `${protocol}:${hostAddress}:${hostPort}`;
}
