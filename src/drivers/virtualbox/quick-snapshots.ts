import type { Platform } from '../../platform/platform.ts';
import { baseFolder } from './layout.ts';
import type { MachinePlace } from './process.ts';
import { findSettingsFile } from './settings-file.ts';

/**
 * The names of a machine's snapshots, as its .vbox has them, the newest first: for shells' completion, which cannot wait until VirtualBox has started.
 * VirtualBox writes the file at each change of them.
 */
export async function quickSnapshots(platform: Platform, { directory, uuid }: MachinePlace): Promise<string[]> {
  const settings = await findSettingsFile(platform, baseFolder(directory, platform.path), uuid);
  return snapshotNames(settings?.text ?? '');
}

/** `<Snapshot uuid="{...}" name="before &amp; after" timeStamp="2026-11-23T08:50:54Z" ...>`: each is in its parent, so the file has the oldest first. */
export function snapshotNames(settings: string): string[] {
  return [...settings.matchAll(/<Snapshot\s[^>]*?\bname="([^"]*)"/g)].map(([, name = '']) => unescapeXml(name)).reverse();
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(amp|lt|gt|quot|apos));/gi, (_, hex?: string, decimal?: string, name?: string) =>
    name !== undefined ? (ENTITIES[name.toLowerCase()] as string) : String.fromCodePoint(Number.parseInt(hex ?? (decimal as string), hex === undefined ? 10 : 16)));
}
