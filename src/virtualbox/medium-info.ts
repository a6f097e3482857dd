import type { MediumInfo } from './virtualbox.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** `showmediuminfo`: lines of `Key:   value`; users and children are a list, one a line, the later ones indented without a key. */
export function parseMediumInfo(text: string): MediumInfo {
  const fields = new Map<string, string[]>();
  let field: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^(\S[^:]*):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && !fields.has(key)) fields.set(key, (field = [value!]));
    else if (line.trim() !== '') field.push((value ?? line).trim());
  }
  const one = (key: string): string => fields.get(key)?.[0] ?? '';
  // A user is `name (UUID: ...) [snapshot (UUID: ...)]`: the machine's comes first.
  const uuids = (key: string, form: string): string[] => (fields.get(key) ?? []).flatMap((line) => new RegExp(form, 'i').exec(line)?.[1] ?? []);
  return {
    uuid: one('UUID').toLowerCase(),
    file: one('Location'),
    format: one('Storage format'),
    capacityMiB: Number.parseInt(one('Capacity'), 10) || 0,
    sizeOnDiskMiB: Number.parseInt(one('Size on disk'), 10) || 0,
    state: one('State'),
    accessError: one('Access Error') || undefined,
    usedBy: uuids('In use by VMs', `\\(UUID: (${UUID})\\)`),
    children: uuids('Child UUIDs', `^(${UUID})`),
  };
}

export function isUuid(text: string): boolean {
  return new RegExp(`^\\{?${UUID}\\}?$`, 'i').test(text);
}
