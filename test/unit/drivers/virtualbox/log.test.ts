import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { logTail, processId, tellingLines, tellsRefusal } from '../../../../src/drivers/virtualbox/log.ts';
import { rule } from '../../../support/machine.ts';
import { plainFolder } from '../../../support/temp.ts';

let folder: string;
beforeEach(async () => {
  folder = await plainFolder();
});
afterEach(() => fs.rm(folder, { recursive: true }));

async function logOf(text: string): Promise<string> {
  const file = path.join(folder, 'VBox.log');
  await fs.writeFile(file, text);
  return file;
}

// Lines of VirtualBox 7.2.22.
const HEAD = '00:00:00.016572 Executable: /usr/lib/virtualbox/VBoxHeadless\r\n00:00:00.016573 Process ID: 26806\r\n00:00:00.016573 Package type: LINUX_64BITS_GENERIC (OSE)\r\n';
const ADDED = '00:00:36.088151 New port forwarded added: fRemove=0, fUdp=0, pHostIp=127.0.0.1, u16HostPort=23999, pGuestIp=, u16GuestPort=80\n';
const REFUSED = [
  '00:00:36.038645 drvNATNotifyApplyPortForwardCommand: Port forward modify FAIL! Details: fRemove=0, fUdp=0, pszHostIp=127.0.0.1, u16HostPort=23999, pszGuestIp=, u16GuestPort=80',
  '00:00:36.038691 VMSetError: /build/virtualbox/src/VBox/Devices/Network/DrvNAT.cpp(991) int drvNATNotifyApplyPortForwardCommand(PDRVNAT, bool); rc=VERR_NAT_REDIR_SETUP',
  '00:00:36.038697 VMSetError: NAT#0: configuration error: failed to set up redirection of 23999 to 80. Probably a conflict with existing services or other rules',
  '',
].join('\n');

test('the process of the run', async () => {
  expect(await processId(await logOf(HEAD))).toBe(26806);
  expect(await processId(await logOf('00:00:00.016573 Build Type: release\n'))).toBeUndefined();
  expect(await processId(path.join(folder, 'none.log'))).toBeUndefined();
  expect(await logTail(path.join(folder, 'none.log'))).toBe('');
});

test.each([
  ['it was refused at the start', REFUSED, true],
  ['it was added and refused', ADDED + REFUSED, true],
  ['it was refused, and later added again', REFUSED + ADDED, false],
  ['it was added', ADDED, false],
  ['nothing is told', HEAD, false],
])('a port: %s', (_, log, refused) => {
  expect(tellsRefusal(log, rule('web', 23999, 80))).toBe(refused);
  expect(tellsRefusal(log, rule('web', 2399, 80))).toBe(false);
  expect(tellsRefusal(log, rule('web', 239990, 80))).toBe(false);
});

test('what tells of a failure is told without times, codes and places', () => {
  const log = [
    HEAD,
    '00:00:00.440756 SSM: File header: Format 2.0, VirtualBox Version 7.2.22 r175245, 64-bit host, cbGCPhys=8, cbGCPtr=8',
    '00:00:00.024057 SSM: Bad footer magic: aa ef 05 28 b5 7b f6 1b',
    "00:00:00.024072 ERROR [COM]: aRC=VBOX_E_FILE_ERROR (0x80bb0004) aIID={6ac83d89} aComponent={ConsoleWrap} aText={The saved state file 'x.sav' is invalid (VERR_SSM_INTEGRITY_FOOTER). Delete the saved state and try again}, preserve=false aResultDetail=-1821",
    REFUSED,
    '00:00:00.449807 Power up failed (vrc=VERR_SSM_INTEGRITY_UNIT, hrc=NS_ERROR_FAILURE (0X80004005))',
  ].join('\n');
  expect(tellingLines(log)).toEqual([
    'SSM: Bad footer magic: aa ef 05 28 b5 7b f6 1b',
    "The saved state file 'x.sav' is invalid (VERR_SSM_INTEGRITY_FOOTER). Delete the saved state and try again",
    'NAT#0: configuration error: failed to set up redirection of 23999 to 80. Probably a conflict with existing services or other rules',
    'Power up failed (vrc=VERR_SSM_INTEGRITY_UNIT, hrc=NS_ERROR_FAILURE (0X80004005))',
  ]);
  expect(tellingLines(HEAD)).toEqual([]);
});
