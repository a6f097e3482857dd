import type { Problem, ProblemHost } from './problem.ts';

/**
 * What is wrong with the computer or with VirtualBox's installation. The codes: include/VBox/err.h of VirtualBox.
 * More than one may match: the first one counts, so the surest signs come first.
 */
export const HOST_PROBLEMS = [
  {
    name: 'virtualization-off',
    signs: /VERR_VMX_MSR_\w+|VERR_SVM_DISABLED|(?:VT-x|AMD-V) is disabled/,
    reason: 'The processor\'s virtualisation (VT-x or AMD-V) is switched off in the firmware (BIOS, UEFI).',
    remedy: () => ['restart the computer into its firmware set-up, switch on Intel VT-x, AMD-V or SVM, save and start again'],
  },
  {
    name: 'virtualization-in-use',
    signs: /VERR_VMX_IN_VMX_ROOT_MODE|VERR_SVM_IN_USE|VMX root mode/,
    reason: 'Another hypervisor uses the processor\'s virtualisation.',
    remedy: ({ os }) =>
      os === 'linux'
        ? ['end the other machines (KVM, QEMU, VMware), then: sudo modprobe -r kvm_intel kvm_amd kvm', 'on Linux 6.12 and newer KVM takes it when it is loaded; kvm.enable_virt_at_load=0 on the kernel\'s command line prevents that']
        : ['close other programs with virtual machines and try again'],
  },
  {
    name: 'hyper-v',
    signs: /VERR_NEM_\w+|WHvCapabilityCodeHypervisorPresent|VERR_SUPDRV_NO_RAW_MODE_HYPER_V_ROOT|HVP=[01]/,
    reason: ({ os }) =>
      os === 'win32' ? 'Windows\' own hypervisor (Hyper-V, WSL 2, Memory integrity) has the processor\'s virtualisation, and VirtualBox cannot work through it.' : 'The system\'s own hypervisor cannot be used.',
    remedy: ({ os }) =>
      os === 'win32'
        ? ['either switch on the Windows feature "Windows Hypervisor Platform" and restart', 'or, as administrator: bcdedit /set hypervisorlaunchtype off, switch off Core isolation > Memory integrity, and restart (WSL 2 and Docker Desktop stop working)']
        : ['update VirtualBox and the system'],
  },
  {
    name: 'no-virtualization',
    signs: /VERR_VMX_NO_VMX|VERR_SVM_NO_SVM|VERR_UNSUPPORTED_CPU|(?:VT-x|AMD-V) is not available/,
    reason: 'The processor\'s virtualisation (VT-x or AMD-V) is not to be had: switched off in the firmware, taken by another hypervisor, or not passed on where this computer is itself a virtual machine.',
    remedy: () => ['switch on Intel VT-x, AMD-V or SVM in the firmware set-up; on Windows also look for Hyper-V; in a virtual machine switch on nested virtualisation for it'],
  },
  {
    name: 'secure-boot',
    signs: /secure ?boot|Required key not available|Key was rejected by service/i,
    reason: 'Secure Boot refuses VirtualBox\'s kernel module, which is not signed with a key this computer trusts.',
    remedy: () => ['sudo /sbin/vboxconfig tells how to enrol a signing key (mokutil); or switch Secure Boot off in the firmware set-up'],
  },
  {
    name: 'driver-missing',
    signs: /VERR_VM_DRIVER_\w+|VERR_SUPLIB_\w+|VERR_SUP_DRIVERLESS|\bvboxdrv\b|Kernel driver not installed|rc=-190[89]/i,
    reason: ({ os }) =>
      os === 'darwin' ? 'macOS has not loaded VirtualBox\'s system extension: it is blocked, or wants a restart.' : 'VirtualBox\'s kernel driver is not loaded.',
    remedy: driverRemedy,
  },
  {
    name: 'architecture',
    signs: /VBOX_E_PLATFORM_ARCH_NOT_SUPPORTED|platform architecture \w+ is not supported/,
    reason: ({ arch }) => `The machine was made for another processor than this computer's (${arch}); VirtualBox does not emulate one.`,
    remedy: () => ['make the machine anew with an image for this computer\'s processor'],
  },
  {
    name: 'locale',
    signs: /VERR_NO_TRANSLATION|VERR_PROC_NO_ARG_TRANSLATION/,
    reason: 'VirtualBox runs with a locale that is not UTF-8 (LANG=C, mostly), and cannot handle letters beyond ASCII so.',
    remedy: () => ['close VirtualBox\'s windows and machines, wait ten seconds until its service VBoxSVC has ended, and try again'],
  },
  {
    name: 'settings-damaged',
    signs: /VBOX_E_XML_ERROR|VirtualBox\.xml|Start tag expected|Location: '.*', line \d+/,
    reason: 'A settings file of VirtualBox cannot be read.',
    remedy: () => ['start the VirtualBox window, which names the file; VirtualBox keeps its last version beside it, as .vbox-prev or VirtualBox.xml-prev'],
  },
  {
    name: 'service-unreachable',
    signs: /COM server is not running or failed to start/,
    reason: 'VirtualBox\'s service, VBoxSVC, does not start.',
    remedy: ({ os }) => ['try again; if it stays so, log out and in, or restart the computer', os === 'win32' ? 'then run VirtualBox\'s installer again and choose Repair' : 'then install VirtualBox again'],
  },
  {
    name: 'broken-install',
    signs: /error while loading shared libraries|cannot open shared object|Failed to (?:create the VirtualBox object|initialize COM)|REGDB_E_CLASSNOTREG|CO_E_SERVER_EXEC_FAILURE|bad CPU type|ENOEXEC|EACCES|ENOENT|VERR_LDR\w*|RTR3Init/,
    reason: 'VirtualBox\'s installation is not complete.',
    remedy: ({ os }) => [os === 'win32' ? 'run VirtualBox\'s installer again and choose Repair, or: winget install --force Oracle.VirtualBox' : 'install VirtualBox again: https://www.virtualbox.org/wiki/Downloads'],
  },
] as const satisfies readonly Problem[];

function driverRemedy({ os }: ProblemHost): string[] {
  if (os === 'win32') return ['as administrator: sc start vboxsup', 'if that fails, run VirtualBox\'s installer again and choose Repair'];
  if (os === 'darwin') return ['System Settings > Privacy & Security: allow the software of "Oracle America, Inc.", and restart the Mac', 'if nothing is offered there, install VirtualBox again'];
  return [
    'sudo modprobe vboxdrv',
    'if there is no such module: sudo /sbin/vboxconfig (Oracle\'s packages), or install virtualbox-dkms and the kernel\'s headers (Debian, Ubuntu)',
    'with Secure Boot the module has to be signed: sudo /sbin/vboxconfig tells how',
  ];
}
