import fs from 'node:fs/promises';
import type { NatRule } from '../driver.ts';

/** What is read of the log at most: the beginning tells the process, the end what went wrong. */
const HEAD_BYTES = 8 * 1024;
const TAIL_BYTES = 1024 * 1024;

/** The process of the run that the log is about: `00:00:00.016573 Process ID: 26806`. */
export async function processId(log: string): Promise<number | undefined> {
  const pid = Number(/ Process ID: (\d+)/.exec(await read(log, 0, HEAD_BYTES))?.[1]);
  return pid > 0 ? pid : undefined;
}

/** The end of the log: all of it, but for a run of many days. */
export async function logTail(log: string): Promise<string> {
  const size = (await fs.stat(log).catch(() => undefined))?.size ?? 0;
  return read(log, Math.max(0, size - TAIL_BYTES), TAIL_BYTES);
}

/**
 * Whether the last that the log tells of a rule's port is that VirtualBox could not have it, which it tells nowhere else
 * (src/VBox/Devices/Network/DrvNAT.cpp): `NAT#0: configuration error: failed to set up redirection of 23999 to 80. Probably a conflict with ...`.
 * Of a rule that is added or removed later it says: `New port forwarded added: ... u16HostPort=23999, ...`
 */
export function tellsRefusal(text: string, { hostPort }: NatRule): boolean {
  const last = text.split('\n').findLast((line) => new RegExp(`New port forwarded added.*u16HostPort=${hostPort}\\b|redirection of ${hostPort} to `).test(line));
  return last?.includes('failed to set up redirection') ?? false;
}

/** The sentences of the log that tell a failure, the last ones, without times, codes and places in VirtualBox's source. */
export function tellingLines(text: string): string[] {
  const sentences = text.split(/\r?\n/).flatMap((line) => {
    const com = /ERROR \[COM\]: .*aText=\{(.*?)\}, preserve=/.exec(line)?.[1];
    const vm = /VMSetError: (.*)$/.exec(line)?.[1];
    const other = /^\S+ (Power up failed .*|SSM: (?:Bad|.*[Ff]ail).*|HM: .*(?:disabled|not available).*|.*(?:VERR_VMX|VERR_SVM|VERR_NEM)_\w+.*)$/.exec(line)?.[1];
    return [com ?? (vm && !/\.cpp\(\d+\)/.test(vm) ? vm : undefined) ?? other].filter((sentence) => sentence !== undefined);
  });
  return [...new Set(sentences)].slice(-6);
}

async function read(file: string, from: number, bytes: number): Promise<string> {
  const handle = await fs.open(file, 'r').catch(() => undefined);
  if (!handle) return '';
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, from);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
