import type { Problem } from './problem.ts';

/** What is wrong with a machine, a medium or a moment. Each sentence was seen with VirtualBox 7.2. */
export const MACHINE_PROBLEMS = [
  {
    name: 'object-not-ready',
    // The second: two programs asked about a machine at once while it was being opened.
    signs: /The object is not ready|already has a lock request pending/,
    reason: 'VirtualBox\'s service was busy with the machine, starting or ending at that moment.',
    remedy: () => ['try again in a few seconds'],
  },
  {
    name: 'service-lost',
    signs: /NS_ERROR_CALL_FAILED|NS_ERROR_ABORT|RPC_E_(?:DISCONNECTED|SERVER_DIED)\w*|RPC_S_\w+|0x800706b[ae]/,
    reason: 'VirtualBox\'s service, VBoxSVC, ended while it worked; the machines that ran ended with it.',
    remedy: () => ['try again; VBoxSVC.log in VirtualBox\'s settings folder tells more'],
  },
  {
    name: 'machine-inaccessible',
    signs: /The object functionality is limited/,
    reason: 'The machine is registered, but its .vbox file is gone or cannot be read.',
    remedy: () => ['put the file back, or remove the machine from VirtualBox\'s list'],
  },
  {
    name: 'session-locked',
    signs: /already locked (?:for|by) a session|while it is locked|is (?:being )?(?:un)?locked/,
    reason: 'The machine is in use: it runs, or VirtualBox\'s window or another program has it open.',
    remedy: () => ['close its window and its settings in VirtualBox, and try again'],
  },
  {
    name: 'not-registered',
    signs: /Could not find a registered machine/,
    reason: 'VirtualBox has no such machine in its list.',
    remedy: () => [],
  },
  {
    name: 'already-registered',
    signs: /Registered machine with UUID .* already exists|same UUID as an existing virtual machine/,
    reason: 'VirtualBox has a machine with this UUID in its list already.',
    remedy: () => [],
  },
  {
    name: 'not-running',
    signs: /is not currently running/,
    reason: 'The machine is off.',
    remedy: () => [],
  },
  {
    name: 'medium-registered',
    signs: /Cannot register the .* because a .* already exists/,
    reason: 'VirtualBox has a disk with this file or this UUID in its list already, mostly one that was copied, moved or deleted outside it.',
    remedy: () => ['remove the old entry in VirtualBox: File > Tools > Virtual Media Manager'],
  },
  {
    name: 'saved-state-unreadable',
    signs: /VERR_SSM_\w+|saved state file/i,
    reason: 'The suspended machine\'s saved state cannot be read by this VirtualBox: it is damaged, or of another version.',
    remedy: () => ['go on with the version that saved it, or throw the saved state away; the disks stay as they are'],
  },
  {
    name: 'disk-full',
    signs: /VERR_DISK_FULL|0x80070070|DrvVD_DISKFULL|No space left/,
    reason: 'The disk that holds the machine is full.',
    remedy: () => ['free some space and try again'],
  },
  {
    name: 'out-of-memory',
    signs: /VERR_NO_(?:LOW_|PAGE_)?MEMORY|VERR_GMM_\w+|E_OUTOFMEMORY|NS_ERROR_OUT_OF_MEMORY|HostMemoryLow/,
    reason: 'The computer has not enough free memory for the machine.',
    remedy: () => ['close other programs, or give the machine less memory'],
  },
  {
    name: 'medium-inaccessible',
    signs: /does not match the value .* stored in the media registry|Could not open the medium|opening image file|Failed to open image|Failed to create medium lock list|is not accessible|VERR_VD_\w+/,
    reason: 'A disk or boot image of the machine is gone, damaged, or another one than VirtualBox knows by that name.',
    remedy: () => ['look whether the drive with the file is there'],
  },
  {
    name: 'medium-in-use',
    signs: /cannot be closed because it is still attached|is already attached|is locked for (?:reading|writing) by another task/,
    reason: 'The disk is in use by a machine.',
    remedy: () => ['turn that machine off, or detach the disk from it'],
  },
  {
    name: 'nat-rule-exists',
    signs: /A NAT rule .*already exists/,
    reason: 'The machine has a NAT rule of this name, or one for this host port.',
    remedy: () => [],
  },
  {
    name: 'process-ended',
    // The second sentence also stands for a saved state whose file is gone or cut off.
    signs: /has terminated unexpectedly during startup|session was closed before any attempt to power it on/,
    reason: 'The machine\'s process ended before the machine ran: mostly the kernel driver is missing or too old, other software (antivirus, an overlay) forces itself into the process, or a suspended machine\'s saved state is damaged.',
    remedy: ({ os }) => [
      os === 'linux' ? 'sudo modprobe vboxdrv; if there is no such module: sudo /sbin/vboxconfig, or install virtualbox-dkms' : 'restart the computer; if it stays so, install VirtualBox again',
      'VBox.log and VBoxHardening.log in the machine\'s Logs folder tell more',
    ],
  },
  {
    name: 'file-refused',
    signs: /VERR_ACCESS_DENIED|VERR_PERMISSION\w*|VERR_WRITE_PROTECT|VERR_SHARING_VIOLATION/,
    reason: 'VirtualBox may not open a file: it belongs to somebody else, or another program (antivirus, backup, sync) holds it.',
    remedy: () => ['look who owns the file and its folder, and what has it open'],
  },
  {
    name: 'wrong-state',
    signs: /VBOX_E_INVALID_VM_STATE/,
    reason: 'The machine\'s state does not allow that.',
    remedy: () => [],
  },
] as const satisfies readonly Problem[];
