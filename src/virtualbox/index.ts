/** A typed client of VirtualBox over VBoxManage. It imports nothing of its surroundings; what it needs of the computer is injected. */
export { findVBoxManage, type FindOptions, type VBoxManageSearch } from './find.ts';
export { openVirtualBox } from './open.ts';
export { VBoxManageError } from './error.ts';
export type { ProblemName } from './problems.ts';
export { INACCESSIBLE, parseMachineInfo } from './machine-info.ts';
export { parseMachineReadable } from './machine-readable.ts';
export { parseMediumInfo } from './medium-info.ts';
export { parseMachineList, parseProperties } from './lists.ts';
export { formatForward, parseForward } from './nat-rules.ts';
export { NEWEST_TRIED, OLDEST, parseVersion } from './version.ts';
export type * from './virtualbox.ts';
