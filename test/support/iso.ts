/** The smallest file that counts as an ISO 9660 image: sixteen empty sectors and a primary volume descriptor (ECMA-119, 8.4). */
export function tinyIso(options: { application?: string; volumeId?: string; sectors?: number; filler?: number } = {}): Buffer {
  const sectors = options.sectors ?? 40;
  const iso = Buffer.alloc(sectors * 2048, options.filler ?? 0);
  const descriptor = iso.subarray(16 * 2048, 17 * 2048).fill(0);
  descriptor[0] = 1;
  descriptor.write('CD001', 1, 'latin1');
  descriptor[6] = 1;
  descriptor.write((options.volumeId ?? 'B2D').padEnd(32), 40, 'latin1');
  descriptor.writeUInt32LE(sectors, 80);
  descriptor.writeUInt32BE(sectors, 84);
  descriptor.write((options.application ?? 'b2d 9.9.9 amd64 docker 28.0.0 data 1 overlay2').padEnd(128), 574, 'latin1');
  return iso;
}
