import { Flags } from '@oclif/core';

/** Flags of the commands that make or change a machine. Their values are checked with the other settings, in src/config. */
export const machineFlags = {
  memory: Flags.string({ description: 'Memory: MiB, or with a unit (2g).', helpValue: 'SIZE' }),
  cpus: Flags.string({ description: 'Number of CPUs.', helpValue: 'N' }),
  disk: Flags.string({ description: 'Greatest size of the data disk; it takes room as it fills. Can grow later, never shrink.', helpValue: 'SIZE' }),
  driver: Flags.string({ description: 'Hypervisor: auto, virtualbox or qemu. Cannot change later.', helpValue: 'NAME' }),
  iso: Flags.string({ description: 'Boot image: a path or URL (default: the bundled one).', helpValue: 'PATH|URL' }),
};
