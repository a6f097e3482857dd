import fs from 'node:fs/promises';
import path from 'node:path';
import { tinyIso } from './iso.ts';

/** A path of this computer that has all that shells treat specially. */
export const AWKWARD_SHARE = `/data/It's "$HOME" \`x\` ü`;

const UUID = '5b7a86ad-1f0e-4a44-9f2b-1f3f4d5e6a70';

/** Makes a home with two machines, shares, snapshots, an image, an authority and registries, as b2d and VirtualBox write them. */
export async function writeCompletionHome(home: string): Promise<void> {
  const files: Record<string, string | Uint8Array> = {
    'machines/default/machine.json': record('default', 'virtualbox', [AWKWARD_SHARE, '/data/plain']),
    'machines/default/virtualbox/b2d-default/b2d-default.vbox': `<?xml version="1.0"?>
<VirtualBox xmlns="http://www.virtualbox.org/"><Machine uuid="{${UUID}}" name="b2d-default">
  <Snapshot uuid="{2b1c}" name="first" timeStamp="2026-11-23T08:50:54Z"><Snapshots>
    <Snapshot uuid="{2b1d}" name="before &amp; &quot;after&quot;" timeStamp="2026-11-24T08:50:54Z"/>
  </Snapshots></Snapshot>
</Machine></VirtualBox>
`,
    'machines/dev/machine.json': record('dev', 'qemu', []),
    'ca/root-1.pem': '',
    'registry.json': JSON.stringify({ version: 1, mirrors: ['https://mirror.example'], insecure: ['localhost:5000'] }),
    [`images/${'0123456789abcdef'.repeat(4)}.iso`]: tinyIso(),
  };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(home, ...name.split('/'));
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, text);
  }
}

function record(name: string, driver: string, shares: readonly string[]): string {
  return JSON.stringify({
    version: 1, name, uuid: UUID, createdAt: '2026-01-01T00:00:00Z', driver, cpus: 1, memoryMiB: 1024, diskMiB: 2048, image: { sha256: '0'.repeat(64), version: '1', source: 'x' },
    dataDiskMade: true, ports: {}, extra: {}, shares: shares.map((hostPath, index) => ({ hostPath, guestPath: `/mnt/${index}`, readOnly: false })),
  });
}
