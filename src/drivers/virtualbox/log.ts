import fs from 'node:fs/promises';
import type { NatRule } from '../driver.ts';

/** What is read of the log at most: the beginning tells the process, the end what went wrong. */
const HEAD_BYTES = 8 * 1024;
const TAIL_BYTES = 256 * 1024;

/** The process of the run that the log is about: `00:00:00.016573 Process ID: 26806`. */
export async function processId(log: string): Promise<number | undefined> {
  const pid = Number(/ Process ID: (\d+)/.exec(await read(log, 0, HEAD_BYTES))?.[1]);
  return pid > 0 ? pid : undefined;
}

/** How long the log is now, to read later what came after. */
export async function logLength(log: string): Promise<number> {
  return (await fs.stat(log).catch(() => undefined))?.size ?? 0;
}

/** What was written to the log since it had that length. */
export async function logSince(log: string, length: number): Promise<string> {
  const now = await logLength(log);
  return read(log, Math.max(length, now - TAIL_BYTES), TAIL_BYTES);
}

/**
 * VirtualBox's complaint about a rule, which it makes nowhere else (src/VBox/Devices/Network/DrvNAT.cpp):
 * `NAT#0: configuration error: failed to set up redirection of 23999 to 80. Probably a conflict with ...`
 */
export function tellsRefusedPort(text: string, { hostPort, guestPort }: NatRule): boolean {
  return text.includes(`failed to set up redirection of ${hostPort} to ${guestPort}.`);
}

/** Whether the log tells that a rule was worked on, well or not: `New port forwarded added: ... u16HostPort=24000, ...` */
export function tellsPort(text: string, { hostPort }: NatRule): boolean {
  return new RegExp(`(?:u16HostPort=|redirection of )${hostPort}\\b`).test(text);
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
