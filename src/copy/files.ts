/** What an entry is; `other` stands for sockets, devices and all else that has no content to copy. */
export type Kind = 'file' | 'folder' | 'link' | 'other';

export interface Attributes {
  kind: Kind;
  /** Bytes. */
  size: number;
  /** Permission bits; undefined where the system has none (Windows). */
  mode: number | undefined;
  /** Last change, seconds since 1970 UTC. */
  mtime: number;
}

/** A file that is read. */
export interface Source {
  /** At most that many bytes from there; none at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A file that is written beside its place, private, under a name of its own. */
export interface Draft {
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Gives it mode and time, flushes it to disk, and its place: what was there is replaced at once. */
  keep(attributes: Pick<Attributes, 'mode' | 'mtime'>): Promise<void>;
  /** Removes it; after `keep` there is nothing to do. */
  discard(): Promise<void>;
}

/** The files of one side, this computer's or a machine's. Paths are the side's own. Errors are B2dError, for the user. */
export interface Files {
  /** For messages: `this computer`, `the machine`. */
  readonly where: string;
  join(folder: string, name: string): string;
  /** A path's last name; of `.`, `/`, `..` and a path that ends so, what it stands for. */
  nameOf(path: string): Promise<string>;
  parentOf(path: string): string;
  /** What is there, of a link what it leads to; undefined where nothing is. */
  stat(path: string): Promise<Attributes | undefined>;
  /** What is there, of a link itself. */
  lstat(path: string): Promise<Attributes | undefined>;
  realPath(path: string): Promise<string>;
  list(folder: string): Promise<Array<{ name: string; attributes: Attributes }>>;
  /** A link's target as it is written, with `/`. */
  readLink(path: string): Promise<string>;
  open(path: string): Promise<Source>;
  draft(path: string): Promise<Draft>;
  makeFolder(path: string): Promise<void>;
  setAttributes(path: string, attributes: Pick<Attributes, 'mode' | 'mtime'>): Promise<void>;
  /** Makes a link, in the place of one that is there. */
  link(target: string, path: string): Promise<void>;
  /** Why an entry cannot have that name here, as a sentence; undefined where it can. */
  refuseName(name: string): string | undefined;
  /** What two names have in common that are the same to this side's file system. */
  sameName(name: string): string;
}

/** The name of a draft: of no length that the final name would have to fit, and not like anybody's. */
export function draftName(): string {
  return `.b2d-${crypto.randomUUID()}.partial`;
}
