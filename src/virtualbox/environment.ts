import type { VirtualBoxHost } from './virtualbox.ts';

/** Variables by which a packed program makes its children load its own libraries. */
const LIBRARY_PATHS = ['LD_LIBRARY_PATH', 'LD_PRELOAD', 'DYLD_LIBRARY_PATH', 'DYLD_INSERT_LIBRARIES', 'DYLD_FRAMEWORK_PATH'];

/**
 * VBoxManage's environment: English messages, and UTF-8. Not `LANG=C`, which is ASCII to VirtualBox: a name with an umlaut among the
 * arguments ends it (`RTR3Init: VERR_NO_TRANSLATION`), one in its output cuts the output short at exit code 0, and a VBoxSVC that is started so
 * cannot start such a machine for anybody (`VERR_PROC_NO_ARG_TRANSLATION`), the VirtualBox window included.
 * macOS has no C.UTF-8 of old; it always has en_US.UTF-8. Windows does not look at these.
 */
export function environmentFor(host: VirtualBoxHost): NodeJS.ProcessEnv {
  const locale = host.os === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';
  const kept = Object.entries(host.env).filter(([name]) => !LIBRARY_PATHS.includes(name) && name !== 'LANGUAGE');
  return { ...Object.fromEntries(kept), LANG: locale, LC_ALL: locale };
}
