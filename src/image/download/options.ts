import type { Platform } from '../../platform/platform.ts';

/** What the network between here and the servers needs; from flags, settings or the environment. */
export interface NetworkOptions {
  /** Fetch by plain http from elsewhere than this computer too. Needs an expected digest. */
  allowHttp?: boolean;
  /** A proxy for everything, instead of the one in the environment; empty for none. NO_PROXY counts for it as well. */
  proxy?: string | undefined;
  /** PEM files of certificate authorities that are trusted beside the built-in and the system's own. */
  ca?: string[];
}

export interface DownloadOptions extends NetworkOptions {
  platform: Platform;
  url: string;
  /** Where the bytes are collected. What is known of them is beside it as `.json`. */
  partial: string;
  /** Locked by the operating system while somebody works on `partial`. */
  lock: string;
  /** The name that the file gets once it is verified. */
  target(sha256: string): string;
  /** Where the digest is known already and a verified file is there: its path. Asked with the lock held. */
  present?(): Promise<boolean>;
  /** Looks at the whole file before it gets its name. What it throws deletes the file. */
  check?(file: string): Promise<void>;
  /** The expected digest, in hexadecimal. */
  sha256?: string | undefined;
  /** The expected number of bytes. */
  size?: number | undefined;
  onProgress?(transfer: Transfer): void;
  /** A sentence for the user: another try, another b2d that downloads the same. */
  onNote?(text: string): void;
  /** Ends the download; what came so far stays. */
  signal?: AbortSignal;
  patience?: Partial<Patience>;
  /** For tests: what depends on time and chance. */
  clock?: Partial<Clock>;
}

export interface Downloaded {
  file: string;
  sha256: string;
  size: number;
  etag: string | undefined;
  /** False where it was there, verified, without anything being transferred. */
  fetched: boolean;
}

/** How far a download is. */
export interface Transfer {
  received: number;
  /** Undefined where the server does not say. */
  total: number | undefined;
  /** Bytes a second, over the last seconds. */
  rate: number;
  /** Milliseconds; undefined where it cannot be told. */
  remainingMs: number | undefined;
}

/** How long what is worth waiting for. */
export interface Patience {
  /** Tries in a row that bring fewer than `stallBytes`. */
  tries: number;
  /** A transfer that brings fewer than `stallBytes` within `stallMs` is cut off and tried again. */
  stallMs: number;
  stallBytes: number;
  /** For everything, the waiting between tries included. Time that the computer sleeps does not count. */
  deadlineMs: number;
  /** Bytes that are taken where neither the caller nor the server says how many there are. */
  maxUnknownBytes: number;
}

/** 1 KiB a second at least: a slower link would take most of a day for an image. */
export const DEFAULT_PATIENCE: Patience = { tries: 6, stallMs: 30_000, stallBytes: 30 * 1024, deadlineMs: 2 * 3_600_000, maxUnknownBytes: 512 * 1024 ** 2 };

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
  /** 0 to 1. */
  random(): number;
}
