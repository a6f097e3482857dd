/** What VBoxManage says of a failure, taken apart. */

/** `VBoxManage: error: ...`, `VBoxManage.exe: error: ...`, `VBoxManage: fatal error: ...`, also right after progress (`0%...10%...`). */
const ERROR_LINE = /^(?:(?:\d+%\.*)*\w*\s*vboxmanage(?:\.exe)?: (?:fatal )?|)error: ?/i;

/** Whether the output tells of an error, whatever the exit code: `discardstate` of a machine that is off ends with 0. */
export function tellsError(output: { stdout: string; stderr: string }): boolean {
  const bare = lines(output.stderr).some((line) => ERROR_LINE.test(line));
  // On standard output only with the program's name before it: a machine's description may say "error: " too.
  return bare || lines(output.stdout).some((line) => ERROR_LINE.test(line) && !/^error/i.test(line));
}

/** The sentences, without the program's name, the codes' line, the place in VirtualBox's source and the usage. */
export function errorMessages(stderr: string): string[] {
  const messages: string[] = [];
  let open = false;
  for (const line of lines(stderr)) {
    if (ERROR_LINE.test(line)) {
      const text = line.replace(ERROR_LINE, '').trim();
      open = text !== '' && !/^(?:Details: code|Context: )|^\S+\.cpp\[\d+\]/.test(text);
      if (open) messages.push(text);
    } else if (open && /^\s*\S/.test(line) && !/^\s*(?:Usage\b|VBoxManage )/.test(line)) {
      messages.push(`${messages.pop()} ${line.trim()}`); // a sentence that goes on in the next line
    } else {
      open = false;
    }
  }
  return [...new Set(messages)];
}

/** `VBOX_E_FILE_ERROR`, `VERR_FILE_NOT_FOUND`, `NS_ERROR_FAILURE`, `E_ACCESSDENIED` ..., in the order they are told. */
export function errorCodes(text: string): string[] {
  return [...new Set(text.match(/\b(?:VERR_[A-Z]|NS_ERROR_[A-Z]|(?:[A-Z]+_)?E_[A-Z]|RPC_S_[A-Z])[A-Z0-9_]+\b/g) ?? [])];
}

function lines(text: string): string[] {
  return text.split(/\r?\n/);
}
