import fs from 'node:fs';
import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { isExecutable, which } from '../../platform/which.ts';
import type { QemuSettings } from './settings.ts';

/** The emulator of the guest's architecture; an arm64 image will bring another name, nothing else. */
const EMULATOR = 'qemu-system-x86_64';

export interface QemuPrograms {
  emulator: string;
  img: string;
}

/** What a search left: the programs, or the name of the one that is missing. */
export type QemuSearch = { found: QemuPrograms } | { missing: string; reason: string };

/** Finds QEMU by the settings, then on PATH, then in the folders where installers put it. */
export function findQemu(platform: Platform, settings: Pick<QemuSettings, 'program' | 'img'>): QemuSearch {
  const emulator = settings.program ?? look(platform, EMULATOR);
  if (emulator === undefined || !isExecutable(emulator)) return missing(EMULATOR, 'qemu.program', settings.program);
  const img = settings.img ?? look(platform, 'qemu-img', platform.path.dirname(emulator));
  if (img === undefined || !isExecutable(img)) return missing('qemu-img', 'qemu.img', settings.img);
  return { found: { emulator, img } };
}

/** The programs. @throws B2dError (hypervisorMissing) with the command that installs them. */
export function requireQemu(platform: Platform, settings: Pick<QemuSettings, 'program' | 'img'>): QemuPrograms {
  const search = findQemu(platform, settings);
  if ('found' in search) return search.found;
  throw new B2dError(`QEMU cannot be used: ${search.missing} is missing.`, {
    exit: 'hypervisorMissing',
    reason: search.reason,
    remedy: installRemedy(platform),
  });
}

function missing(program: string, setting: string, configured: string | undefined): QemuSearch {
  const reason = configured
    ? `The setting ${setting} names ${configured}, which is not a program.`
    : `${program} is neither on PATH nor in the usual folders.`;
  return { missing: program, reason };
}

function look(platform: Platform, program: string, beside?: string): string | undefined {
  const name = platform.os === 'win32' ? `${program}.exe` : program;
  const folders = [...(beside ? [beside] : []), ...usualFolders(platform)];
  const there = (folder: string): string[] => [platform.path.join(folder, name)].filter(isExecutable);
  return (beside ? there(beside)[0] : undefined) ?? which(platform, program) ?? folders.flatMap(there)[0];
}

/** Where installers put QEMU without adding it to PATH. */
export function usualFolders(platform: Platform): string[] {
  const { os, path, env } = platform;
  if (os === 'darwin') return ['/opt/homebrew/bin', '/usr/local/bin', '/opt/local/bin'];
  if (os === 'linux') return ['/usr/bin', '/usr/local/bin'];
  const roots = [env['ProgramW6432'], env['ProgramFiles'], 'C:\\Program Files', env['LOCALAPPDATA'] && path.join(env['LOCALAPPDATA'], 'Programs')];
  return [...new Set(roots.filter((root) => root !== undefined && root !== ''))].map((root) => path.join(root!, 'qemu'));
}

/** The command that installs QEMU here. */
export function installRemedy(platform: Platform): string {
  if (platform.os === 'win32') return 'winget install --id SoftwareFreedomConservancy.QEMU';
  if (platform.os === 'darwin') return 'brew install qemu';
  if (which(platform, 'dnf')) return 'sudo dnf install qemu-system-x86 qemu-img';
  if (which(platform, 'pacman')) return 'sudo pacman -S qemu-base';
  return 'sudo apt-get install qemu-system-x86 qemu-utils';
}

/** A pair of UEFI firmware files: read-only code, and the template of the variables each machine has its own copy of. */
export interface UefiFirmware {
  code: string;
  variables: string;
}

const UEFI_PAIRS: readonly (readonly [folder: string, code: string, variables: string])[] = [
  ['/usr/share/OVMF', 'OVMF_CODE_4M.fd', 'OVMF_VARS_4M.fd'], // Debian, Ubuntu
  ['/usr/share/OVMF', 'OVMF_CODE.fd', 'OVMF_VARS.fd'],
  ['/usr/share/edk2/ovmf', 'OVMF_CODE.fd', 'OVMF_VARS.fd'], // Fedora
  ['/usr/share/edk2/x64', 'OVMF_CODE.4m.fd', 'OVMF_VARS.4m.fd'], // Arch
  ['/usr/share/qemu', 'ovmf-x86_64-code.bin', 'ovmf-x86_64-vars.bin'], // openSUSE
];

/** Finds UEFI firmware: the distributions' OVMF, else what QEMU itself ships. @throws B2dError with the remedy. */
export function requireUefi(platform: Platform, emulator: string): UefiFirmware {
  const { path } = platform;
  const folder = path.dirname(emulator);
  const own = [path.join(folder, 'share'), path.join(folder, '..', 'share', 'qemu')];
  const distribution = platform.os === 'linux' ? UEFI_PAIRS : [];
  const pairs = [...distribution, ...own.map((share) => [share, 'edk2-x86_64-code.fd', 'edk2-i386-vars.fd'] as const)];
  for (const [where, code, variables] of pairs) {
    const pair = { code: path.join(where, code), variables: path.join(where, variables) };
    if (fs.existsSync(pair.code) && fs.existsSync(pair.variables)) return pair;
  }
  throw new B2dError('No UEFI firmware for QEMU was found.', {
    exit: 'hypervisorMissing',
    reason: 'The setting qemu.firmware is uefi.',
    remedy: [platform.os === 'linux' ? 'sudo apt-get install ovmf' : installRemedy(platform), 'or set qemu.firmware to bios; where it is set: b2d config'],
  });
}
