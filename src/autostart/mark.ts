import type { LoginStart } from './start.ts';

const WORD = 'b2d-autostart';

/**
 * What shows that a file is b2d's, and what it is to start: a line of JSON within a comment. ASCII alone, and free of what ends a comment in XML (`--`, `>`), so that it stands in any
 * of these files as it is.
 */
export function markOf(start: LoginStart): string {
  const json = JSON.stringify(start).replace(/[^\x20-\x7e]|[-<>&]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `${WORD} ${json}`;
}

/** What the mark in a text says; undefined where there is none that b2d wrote. */
export function readMark(text: string): LoginStart | undefined {
  const json = new RegExp(`\\b${WORD} (\\{.*\\})`).exec(text)?.[1];
  try {
    const { machine, home, node, program, path, log } = JSON.parse(json ?? '') as LoginStart;
    const start: LoginStart = { machine, home, node, program, path, log };
    return Object.values(start).every((value) => typeof value === 'string') ? start : undefined;
  } catch {
    return undefined;
  }
}
