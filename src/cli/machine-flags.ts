import { Flags } from '@oclif/core';

/** For the commands that may make a machine. */
export const shareHomeFlag = { 'share-home': Flags.boolean({ description: 'Share your home folder with the machine, as boot2docker did (see "b2d share").' }) };

/** What is said about an image that is named. */
export const sourceFlags = {
  sha256: Flags.string({ description: 'The SHA-256 that the image must have, in hexadecimal.', helpValue: 'DIGEST' }),
  'allow-http': Flags.boolean({ description: 'Fetch the image by plain http where nothing else is possible; needs --sha256.' }),
};

const iso = Flags.string({ description: 'Boot image: a path or URL (default: the bundled one).', helpValue: 'PATH|URL' });

/** Which image, and what is said about it. */
export const imageFlags = { iso, ...sourceFlags };

/** A machine's settings. Their values are checked with the other settings, in src/config. */
export const settingFlags = {
  memory: Flags.string({ description: 'Memory: MiB, or with a unit (2g).', helpValue: 'SIZE' }),
  cpus: Flags.string({ description: 'Number of CPUs.', helpValue: 'N' }),
  disk: Flags.string({ description: 'Greatest size of the data disk; it takes room as it fills. Can grow later, never shrink.', helpValue: 'SIZE' }),
  driver: Flags.string({ description: 'Hypervisor: auto, virtualbox or qemu. Cannot change later.', helpValue: 'NAME' }),
  'host-access': Flags.string({ description: 'Whether containers reach this computer\'s own services (host.docker.internal): on or off.', helpValue: 'on|off' }),
  iso,
};

/** Flags of the commands that make or change a machine. */
export const machineFlags = { ...settingFlags, ...sourceFlags };
