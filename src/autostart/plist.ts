import { markOf } from './mark.ts';
import type { LoginStart } from './start.ts';

type Value = string | true | readonly string[] | { readonly [key: string]: Value };

/**
 * The launchd agent of a machine, see launchd.plist(5). AbandonProcessGroup: hypervisors go on when the program has ended. ProcessType: they inherit it, and as `Background` or
 * without one the machine would get little of the processor and the disk. No KeepAlive: a machine that is shut down stays so until the next login.
 */
export function plistText(label: string, start: LoginStart): string {
  const { machine, home, node, program, path, log } = start;
  const agent: Value = {
    Label: label,
    ProgramArguments: [node, program, '--home', home, '--machine', machine],
    EnvironmentVariables: { B2D_HOME: home, PATH: path },
    RunAtLoad: true,
    AbandonProcessGroup: true,
    ProcessType: 'Interactive',
    StandardOutPath: log,
    StandardErrorPath: log,
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Written by "b2d autostart on"; removed by "b2d autostart off". -->
<!-- ${markOf(start)} -->
<plist version="1.0">
${element(agent, '')}
</plist>
`;
}

function element(value: Value, indent: string): string {
  if (typeof value === 'string') return `${indent}<string>${escape(value)}</string>`;
  if (value === true) return `${indent}<true/>`;
  const deeper = `${indent}  `;
  const [name, lines] = isList(value)
    ? ['array', value.map((each) => element(each, deeper))] as const
    : ['dict', Object.entries(value).flatMap(([key, each]) => [`${deeper}<key>${key}</key>`, element(each, deeper)])] as const;
  return [`${indent}<${name}>`, ...lines, `${indent}</${name}>`].join('\n');
}

function isList(value: Value): value is readonly string[] {
  return Array.isArray(value);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
