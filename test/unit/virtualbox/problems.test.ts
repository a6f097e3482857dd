import { describe, expect, test } from '@jest/globals';
import { VBoxManageError } from '../../../src/virtualbox/error.ts';
import { tellsError } from '../../../src/virtualbox/failure-text.ts';
import { recorded } from '../../support/virtualbox/record/recorded.ts';

const HOSTS = { linux: { os: 'linux', arch: 'x64' }, win32: { os: 'win32', arch: 'x64' }, darwin: { os: 'darwin', arch: 'arm64' } } as const;

function failure(stderr: string, os: keyof typeof HOSTS = 'linux', exitCode = 1): VBoxManageError {
  return new VBoxManageError(HOSTS[os], { command: ['VBoxManage', 'startvm', 'x'], exitCode, stderr });
}

describe.each([
  ['showvminfo-not-registered', 'not-registered', 'VBOX_E_OBJECT_NOT_FOUND', 'Could not find a registered machine'],
  ['showvminfo-inaccessible', 'machine-inaccessible', 'E_ACCESSDENIED', 'The object functionality is limited'],
  ['modifyvm-inaccessible', 'machine-inaccessible', 'E_ACCESSDENIED', 'The object functionality is limited'],
  ['showvminfo-c-locale', 'locale', 'VERR_NO_TRANSLATION', 'RTR3Init'],
  ['createvm-existing', 'already-registered', 'NS_ERROR_INVALID_ARG', 'Registered machine with UUID'],
  ['registervm-again', 'already-registered', 'NS_ERROR_FAILURE', 'same UUID'],
  ['modifyvm-running', 'session-locked', 'VBOX_E_INVALID_OBJECT_STATE', 'already locked'],
  ['startvm-running', 'session-locked', 'VBOX_E_INVALID_OBJECT_STATE', 'already locked'],
  ['unregistervm-running', 'session-locked', 'VBOX_E_INVALID_OBJECT_STATE', 'while it is locked'],
  ['controlvm-pause-paused', 'wrong-state', 'VBOX_E_INVALID_VM_STATE', 'Already paused'],
  ['modifyvm-saved', 'wrong-state', 'VBOX_E_INVALID_VM_STATE', 'not mutable'],
  ['discardstate-powered-off', 'wrong-state', 'VBOX_E_INVALID_VM_STATE', 'Cannot discard'],
  ['controlvm-powered-off', 'not-running', undefined, 'not currently running'],
  ['modifyvm-bad-option', 'usage', undefined, 'Unknown option: --bogus'],
  ['modifyvm-bad-value', undefined, undefined, 'value of an option'],
  ['usage-bad-argument', 'usage', undefined, 'Invalid shared folder name'],
  ['nat-rule-existing', 'nat-rule-exists', 'NS_ERROR_INVALID_ARG', 'of this name'],
  ['nat-rule-port-existing', 'nat-rule-exists', 'NS_ERROR_INVALID_ARG', 'host port'],
  ['createmedium-existing', undefined, 'VERR_ALREADY_EXISTS', 'Failed to create medium'],
  ['storageattach-duplicate-uuid', 'medium-registered', 'NS_ERROR_INVALID_ARG', 'Cannot register the hard disk'],
  ['closemedium-attached', 'medium-in-use', 'VBOX_E_OBJECT_IN_USE', 'still attached'],
  ['startvm-medium-gone', 'medium-inaccessible', 'VERR_FILE_NOT_FOUND', 'boot.iso'],
  ['startvm-arm', 'architecture', 'VBOX_E_PLATFORM_ARCH_NOT_SUPPORTED', 'ARM'],
  ['startvm-without-module', 'process-ended', 'NS_ERROR_FAILURE', 'terminated unexpectedly'],
  ['startvm-saved-state-damaged', 'saved-state-unreadable', 'NS_ERROR_FAILURE', 'Failed to load unit'],
  ['startvm-saved-state-cut-off', 'process-ended', 'NS_ERROR_FAILURE', 'session was closed'],
  ['list-vms-broken-settings', 'settings-damaged', 'NS_ERROR_FAILURE', 'VirtualBox'],
  ['version-broken-install', 'broken-install', undefined, 'error while loading shared libraries'],
] as const)('%s', (name, problem, code, words) => {
  test.each(['unix', 'windows'] as const)('is understood (%s line ends)', (style) => {
    const recording = recorded(name, style);
    const error = new VBoxManageError(style === 'windows' ? HOSTS.win32 : HOSTS.linux, { ...recording, command: ['VBoxManage', ...recording.command] });
    expect(recording.exitCode !== 0 || tellsError(recording)).toBe(true);
    expect(error.problem).toBe(problem);
    if (code) expect(error.codes).toContain(code);
    expect(error.message).toContain(words);
    expect(error.message).not.toMatch(/Details|Context|\.cpp/);
    if (problem) expect(error.reason).not.toBe('');
  });
});

test.each(['snapshot-take', 'controlvm-savestate', 'unregistervm', 'startvm', 'showvminfo-rich', 'version-without-module', 'list-vms-inaccessible'])('%s did not fail: progress and warnings are no errors', (name) => {
  expect(recorded(name).exitCode).toBe(0);
  expect(tellsError(recorded(name))).toBe(false);
});

test.each([
  ['VBoxManage: error: something\n', true],
  ['VBoxManage.exe: error: something\r\n', true],
  ['0%...10%...20%...VBoxManage: error: something\n', true],
  ['0%...10%...VBOX_E_FILE_ERROR\nVBoxManage: error: Failed to create medium\n', true],
  ['error: something\n', true],
  ['libGL error: failed to load driver\n', false],
  ['0%...10%...100%\n', false],
])('on standard error: %j', (stderr, told) => {
  expect(tellsError({ stdout: '', stderr })).toBe(told);
});

test('on standard output a description may say so', () => {
  expect(tellsError({ stdout: 'description="\nerror: none\n"', stderr: '' })).toBe(false);
  expect(tellsError({ stdout: 'VBoxManage: error: something\n', stderr: '' })).toBe(true);
});

// What cannot be recorded without the hardware or the system: the words are those of VirtualBox's error table (include/VBox/err.h, SUPDrv, NEM).
test.each([
  ['VT-x is disabled in the BIOS for all CPU modes (VERR_VMX_MSR_ALL_VMX_DISABLED)', 'linux', 'virtualization-off', /firmware/],
  ['AMD-V is disabled in the BIOS (or by the host OS) (VERR_SVM_DISABLED)', 'linux', 'virtualization-off', /firmware/],
  ['Not in a hypervisor partition (HVP=0) (VERR_NEM_NOT_AVAILABLE).\nVBoxManage: error: VT-x is disabled in the BIOS for all CPU modes (VERR_VMX_MSR_ALL_VMX_DISABLED)', 'win32', 'virtualization-off', /firmware/],
  ['VT-x is not available (VERR_VMX_NO_VMX)', 'win32', 'no-virtualization', /Hyper-V/],
  ['AMD-V is not available (VERR_SVM_NO_SVM)', 'linux', 'no-virtualization', /SVM/],
  ['VirtualBox can\'t operate in VMX root mode. Please disable the KVM kernel extension (VERR_VMX_IN_VMX_ROOT_MODE)', 'linux', 'virtualization-in-use', /modprobe -r/],
  ['WHvCapabilityCodeHypervisorPresent is FALSE! Make sure you have enabled the \'Windows Hypervisor Platform\' feature. (VERR_NEM_NOT_AVAILABLE)', 'win32', 'hyper-v', /bcdedit/],
  ['Raw-mode is unavailable courtesy of Hyper-V. (VERR_SUPDRV_NO_RAW_MODE_HYPER_V_ROOT)', 'win32', 'hyper-v', /hypervisorlaunchtype/],
  ['The VirtualBox Linux kernel driver is either not loaded or not set up correctly (VERR_VM_DRIVER_NOT_INSTALLED)', 'linux', 'driver-missing', /vboxconfig/],
  ['Kernel driver not installed (rc=-1908)', 'darwin', 'driver-missing', /Privacy & Security/],
  ['Cannot access the kernel driver! (VERR_VM_DRIVER_NOT_ACCESSIBLE)', 'win32', 'driver-missing', /vboxsup/],
  ['Driverless mode (VERR_SUP_DRIVERLESS)', 'linux', 'driver-missing', /modprobe/],
  ['modprobe: ERROR: could not insert vboxdrv: Key was rejected by service', 'linux', 'secure-boot', /Secure Boot/],
  [`The machine 'b2d-one' already has a lock request pending\nVBoxManage: error: Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007), component MachineWrap`, 'linux', 'object-not-ready', /try again/],
  ['The object is not ready\nVBoxManage: error: Details: code E_ACCESSDENIED (0x80070005), component MachineWrap', 'win32', 'object-not-ready', /try again/],
  ['Failed to create the VirtualBox object!\nVBoxManage: error: Most likely, the VirtualBox COM server is not running or failed to start.', 'linux', 'service-unreachable', /try again/],
  ['Failed to create the VirtualBox object!\nVBoxManage: error: Code REGDB_E_CLASSNOTREG (0x80040154) - Class not registered (extended info not available)', 'win32', 'broken-install', /Repair/],
  ['Code NS_ERROR_CALL_FAILED (0x800706be) - Call to remote object failed (extended info not available)', 'darwin', 'service-lost', /try again/],
  ['VD: error VERR_DISK_FULL resizing image', 'linux', 'disk-full', /free some space/],
  ['Failed to allocate memory (VERR_NO_MEMORY)', 'win32', 'out-of-memory', /less memory/],
  ['VERR_SHARING_VIOLATION opening image', 'win32', 'file-refused', /has it open/],
] as const)('%s on %s is %s', (words, os, problem, remedy) => {
  const error = failure(`VBoxManage: error: ${words}\n`, os);
  expect(error.problem).toBe(problem);
  expect([error.reason, ...error.remedy].join('\n')).toMatch(remedy);
});

test('a sentence that is wrapped over lines is understood all the same', () => {
  expect(failure('VBoxManage.exe: error: The machine \'x\' is already\r\nlocked for a session (or being unlocked)\r\n', 'win32')).toMatchObject({ problem: 'session-locked', messages: ['The machine \'x\' is already locked for a session (or being unlocked)'] });
});

test('what nobody foresaw has VirtualBox’s own words as its reason', () => {
  expect(failure('VBoxManage: error: The moon is full\n')).toMatchObject({ problem: undefined, reason: 'The moon is full', message: 'VBoxManage startvm failed: The moon is full' });
});

test('passwords do not appear in the command that is shown', () => {
  const command = ['VBoxManage', 'encryptmedium', 'x', '--newpassword', 'secret', '--old-password=secret', '--password-id', 'id'];
  expect(new VBoxManageError(HOSTS.linux, { command, exitCode: 1 }).command).toEqual(['VBoxManage', 'encryptmedium', 'x', '--newpassword', '***', '--old-password=***', '--password-id', 'id']);
});
