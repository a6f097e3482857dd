import type { Platform } from '../platform/platform.ts';
import { validateMachineName } from './name.ts';

/** Where a machine's files are; docs/files.md describes each. */
export interface MachinePaths {
  directory: string;
  record: string;
  lock: string;
  /** Without the driver's suffix. */
  dataDiskBase: string;
  configDrive: string;
  console: string;
  /** What DOCKER_CERT_PATH names. */
  docker: string;
  /** What the port forwarder holds while it runs, says of itself, and has done. */
  forwarderLock: string;
  forwarderState: string;
  forwarderLog: string;
  /** The output of the last start at login. */
  loginLog: string;
}

/** The paths of a machine. @throws B2dError (usage) when the name could be a path. */
export function machinePaths(platform: Platform, home: string, name: string): MachinePaths {
  const { path } = platform;
  const directory = path.join(machinesDirectory(platform, home), validateMachineName(name));
  return {
    directory,
    record: path.join(directory, 'machine.json'),
    // Beside the folder, not in it: delete removes the folder while it holds the lock, and Windows cannot remove an open file.
    lock: path.join(home, 'locks', `${name}.lock`),
    dataDiskBase: path.join(directory, 'data'),
    configDrive: path.join(directory, 'config.iso'),
    console: path.join(directory, 'console.log'),
    docker: path.join(directory, 'docker'),
    forwarderLock: path.join(directory, 'port-forwarder.lock'),
    forwarderState: path.join(directory, 'port-forwarder.json'),
    forwarderLog: path.join(directory, 'port-forwarder.log'),
    loginLog: path.join(directory, 'autostart.log'),
  };
}

/** The folder that holds a folder for each machine. */
export function machinesDirectory(platform: Platform, home: string): string {
  return platform.path.join(home, 'machines');
}
