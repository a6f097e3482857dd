import type { Platform } from '../../platform/platform.ts';
import type { MachineSpec } from '../driver.ts';
import { UnsupportedError } from '../errors.ts';
import { requireQemu } from './find.ts';
import { parseSettings } from './settings.ts';

const REMEDY = ['Copy files instead: docker cp', 'Or keep them in a named volume: docker volume create NAME', 'Or make a machine in VirtualBox: b2d init --machine NAME --driver virtualbox'];

/** Folders are shared over 9p, which not every QEMU has: none for Windows, and on macOS those since 7.0. @throws UnsupportedError */
export async function requireShares(platform: Platform, spec: MachineSpec, { owner = false } = {}): Promise<void> {
  if (platform.os === 'win32') throw new UnsupportedError('qemu', 'share folders', 'QEMU for Windows is built without 9p.', REMEDY);
  const { emulator } = requireQemu(platform, parseSettings(spec.extra));
  const { stdout } = await platform.run(emulator, ['-device', 'virtio-9p-pci,help'], { timeoutMs: 20_000 }); // ends with 0 also where there is no such device
  if (!stdout.includes('virtio-9p-pci')) throw new UnsupportedError('qemu', 'share folders', `${emulator} is built without 9p.`, REMEDY);
  if (owner) throw new UnsupportedError('qemu', 'give the files of a shared folder another owner', 'With 9p they have the owner that they have on this computer.', ['Leave out --uid and --gid, and run containers as that owner: docker run --user UID:GID']);
}

/** QEMU takes shared folders on its command line only. */
export function needsStart(what: string): UnsupportedError {
  return new UnsupportedError('qemu', `${what} while the machine runs`, 'It takes shared folders at a start only.', ['b2d restart']);
}
