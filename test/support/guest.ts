import fs from 'node:fs/promises';

/**
 * A bootable CD of one boot sector, assembled here: enough of a guest to see that the machine runs, prints on its
 * serial console and obeys the power button, without an operating system.
 */

/** What the guest does after it has printed its line. */
export type GuestBehaviour = 'idle' | 'powerOff' | 'powerButton';

/** The line every guest prints on COM1. */
export const GUEST_LINE = 'tiny guest runs';

const SECTOR = 2048;
const LOAD_ADDRESS = 0x7c00; // where a PC's firmware loads a boot sector
const COM1 = 0x3f8;

/** Where a hypervisor's firmware maps the ACPI power management registers (status +0, enable +2, control +4), and the sleep type that is "off" there. */
const POWER = { qemu: { base: 0x600, off: 0 }, virtualbox: { base: 0x4000, off: 5 } };

export type Hypervisor = keyof typeof POWER;

/** Writes the guest's CD image and returns its path. */
export async function writeGuestIso(file: string, behaviour: GuestBehaviour = 'idle', hypervisor: Hypervisor = 'qemu'): Promise<string> {
  await fs.writeFile(file, elTorito(bootSector(behaviour, POWER[hypervisor])));
  return file;
}

function bootSector(behaviour: GuestBehaviour, power: { base: number; off: number }): Buffer {
  const word = (value: number): number[] => [value & 0xff, value >> 8];
  const print = (address: number): number[] => [
    0xfa, 0xfc, 0x31, 0xc0, 0x8e, 0xd8, // cli; cld; xor ax,ax; mov ds,ax
    0x8e, 0xd0, 0xbc, ...word(LOAD_ADDRESS), // mov ss,ax; mov sp,7c00h
    0xbe, ...word(address), // mov si,text
    0xac, 0x84, 0xc0, 0x74, 0x12, 0x88, 0xc4, // next: lodsb; test al,al; jz done; mov ah,al
    0xba, ...word(COM1 + 5), 0xec, 0xa8, 0x20, 0x74, 0xfb, // mov dx,COM1+5; wait: in al,dx; test al,20h; jz wait (VirtualBox's UART takes its time)
    0xba, ...word(COM1), 0x88, 0xe0, 0xee, 0xeb, 0xe9, // mov dx,COM1; mov al,ah; out dx,al; jmp next
  ];
  const powerOff = [0xba, ...word(power.base + 4), 0xb8, ...word(0x2000 | (power.off << 10)), 0xef]; // SLP_EN with that sleep type: S5
  const rest: Record<GuestBehaviour, number[]> = {
    idle: [],
    powerOff,
    powerButton: [
      0xba, ...word(power.base + 2), 0xb8, ...word(0x100), 0xef, // enable the power button's event
      0xfb, 0xf4, 0xba, ...word(power.base), 0xed, 0xf6, 0xc4, 0x01, 0x74, 0xf5, // wait: sti; hlt; in ax,dx; test ah,1; jz wait
      ...powerOff,
    ],
  };
  const halt = [0xfb, 0xf4, 0xeb, 0xfc]; // sti; hlt; jmp
  const length = print(0).length + rest[behaviour].length + halt.length;
  const code = [...print(LOAD_ADDRESS + length), ...rest[behaviour], ...halt];
  const sector = Buffer.alloc(512);
  Buffer.concat([Buffer.from(code), Buffer.from(`${GUEST_LINE}\r\n\0`)]).copy(sector);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

/** The El Torito layout: descriptors from sector 16, boot catalog in 19, boot image in 20. No-emulation boot, one 512-byte sector. */
function elTorito(boot: Buffer): Buffer {
  const image = Buffer.alloc(64 * SECTOR);
  const at = (sector: number): Buffer => image.subarray(sector * SECTOR, (sector + 1) * SECTOR);
  at(16).set([1, ...Buffer.from('CD001'), 1]);
  at(16).writeUInt32LE(64, 80);
  at(16).writeUInt32BE(64, 84);
  at(16).writeUInt16LE(SECTOR, 128);
  at(16).writeUInt16BE(SECTOR, 130);
  at(17).set([0, ...Buffer.from('CD001'), 1, ...Buffer.from('EL TORITO SPECIFICATION')]);
  at(17).writeUInt32LE(19, 0x47);
  at(18).set([255, ...Buffer.from('CD001'), 1]);
  at(19).set([1, 0]);
  at(19).set([0x55, 0xaa], 30);
  at(19).writeUInt16LE((0x10000 - 0x0001 - 0xaa55) & 0xffff, 28); // the validation entry's 16-bit words add up to zero
  at(19).set([0x88, 0], 32);
  at(19).writeUInt16LE(1, 38);
  at(19).writeUInt32LE(20, 40);
  boot.copy(at(20));
  return image;
}
