/** `list vms`: a line `"name" {uuid}` for each machine; names may hold quotes and braces, and are printed without escapes. */
export function parseMachineList(text: string): { uuid: string; name: string }[] {
  const machines = [...text.matchAll(/^"(?<name>.*)" \{(?<uuid>[0-9a-f-]{36})\}\r?$/gim)];
  return machines.map(({ groups }) => ({ uuid: groups!['uuid']!.toLowerCase(), name: groups!['name']! }));
}

/** `list hostinfo`, `list systemproperties`: lines of `Key:   value`; where a key comes again, the first one counts. */
export function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^(\S[^:]*):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && !properties.has(key)) properties.set(key, value!);
  }
  return properties;
}

/** `getextradata`: `Value: text`, of any number of lines; a sentence without a colon where no value is set. */
export function parseExtraData(text: string): string | undefined {
  const [, value] = /^[^:\n]+: ([^]*?)\r?\n?$/.exec(text) ?? [];
  return value?.replaceAll('\r\n', '\n');
}
