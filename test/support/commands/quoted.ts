import fs from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';
import { closest } from '../../../src/config/closest.ts';
import type { CommandManifest } from './list.ts';

/** A command line that a text tells the reader to type. */
export interface Quoted {
  /** File and line. */
  place: string;
  /** `b2d snapshot delete NAME --yes` */
  line: string;
}

const root = path.resolve(import.meta.dirname, '..', '..', '..');

/** What b2d does is told in sentences that begin like a command. */
const PROSE = /^b2d (starts|takes|uses|makes|needs|failed|machine|keeps|cannot|does|trusts) /;

/** Stands for what a template puts in. */
const INSERTED = 'INSERTED';

/** Those in the strings of src/. */
export async function quotedInSources(): Promise<Quoted[]> {
  const files = (await fs.readdir(path.join(root, 'src'), { recursive: true })).filter((file) => file.endsWith('.ts')).map((file) => path.join('src', file));
  return (await Promise.all(files.map(async (file) => quotedInSource(file, await fs.readFile(path.join(root, file), 'utf8'))))).flat();
}

/** Those in README.md and docs/. */
export async function quotedInDocs(): Promise<Quoted[]> {
  const docs = (await fs.readdir(path.join(root, 'docs'), { recursive: true })).filter((file) => file.endsWith('.md')).map((file) => path.join('docs', file));
  return (await Promise.all(['README.md', ...docs].map(async (file) => quotedInMarkdown(file, await fs.readFile(path.join(root, file), 'utf8'))))).flat();
}

export function quotedInSource(file: string, text: string): Quoted[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Quoted[] = [];
  const visit = (node: ts.Node): void => {
    const literal = ts.isStringLiteralLike(node) ? node.text : ts.isTemplateExpression(node) ? templateText(node) : undefined;
    if (literal !== undefined) {
      const place = `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
      found.push(...linesIn(literal).map((line) => ({ place, line })));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What is inserted directly behind a word is flags, or nothing: `b2d up${machineFlag(name)}`. */
function templateText({ head, templateSpans }: ts.TemplateExpression): string {
  return templateSpans.reduce((text, { literal }) => `${text}${/\w$/.test(text) ? '' : INSERTED}${literal.text}`, head.text).replaceAll(`<%= config.bin %>`, 'b2d');
}

/** In prose a command stands at the beginning, behind a colon, or in quotes; elsewhere `b2d` is the program that does something. */
function linesIn(text: string): string[] {
  const plain = text.replaceAll('<%= config.bin %>', 'b2d');
  const quoted = [...plain.matchAll(/(["`])(b2d [^"`\n]*)\1/g)].map(([, , line = '']) => line);
  const bare = [...plain.replace(/(["`])b2d [^"`\n]*\1/g, '').matchAll(/(?:^|\n\s*|:\s+|\$\(|& |\| )(b2d (?:--)?[\w-][^"`\n;,)|]*)/g)].map(([, line = '']) => line);
  return [...quoted, ...bare.map((line) => line.replace(/[.?!](\s.*)?$/s, ''))].map((line) => line.trim()).filter((line) => !PROSE.test(`${line} `));
}

export function quotedInMarkdown(file: string, text: string): Quoted[] {
  const found: Quoted[] = [];
  let fenced = false;
  for (const [index, row] of text.split('\n').entries()) {
    if (row.startsWith('```')) fenced = !fenced;
    const codes = fenced ? [row.replace(/^\$ /, '').replace(/\s#.*$/, '')] : [...row.matchAll(/(`+)(.+?)\1/g)].map(([, , code = '']) => code);
    for (const code of codes) for (const [, line = ''] of code.matchAll(/(?:^|\$\(|["&|] ?|[;:] )(b2d [^;|&)"\n]*)/g)) if (!PROSE.test(line)) found.push({ place: `${file}:${index + 1}`, line: line.trim() });
  }
  return found;
}

/** What is wrong with a command line; undefined where such a command, with such flags, is there. */
export function problemOf(line: string, { commands }: CommandManifest): string | undefined {
  const words = line.trim().split(/\s+/).slice(1).map((word) => word.replace(/^[[(]+|[\]),.:]+$/g, ''));
  const [first = ''] = words;
  if (/^[A-Z]/.test(first) || first === '' || first === '__complete') return undefined; // a placeholder
  if (first === 'help' || /^--?(version|v|help|h|json|debug)$/.test(first)) return undefined;
  const names = new Map(Object.entries(commands).flatMap(([id, command]) => [id, ...command.aliases, ...command.hiddenAliases].map((name) => [name, command] as const)));
  const length = [3, 2, 1].find((count) => words.length >= count && names.has(words.slice(0, count).join(':')));
  const below = (topic: string): boolean => [...names.keys()].some((name) => name.startsWith(`${topic}:`));
  if (length === undefined) {
    const [, second = ''] = words;
    if (!below(first)) return /^[a-z]+$/.test(second) && closest(first, [...names.keys()]) === undefined ? undefined : `there is no command "${first}"`; // "b2d did not make it" is a sentence
    return /^([a-z]+)$/.test(second) ? `"${first}" has no command "${second}"` : undefined;
  }
  const command = names.get(words.slice(0, length).join(':'));
  const flags = Object.entries(command?.flags ?? {}).flatMap(([name, { char, aliases = [], allowNo }]) => [`--${name}`, ...aliases.map((alias) => `--${alias}`), ...(allowNo ? [`--no-${name}`] : []), ...(char === undefined ? [] : [`-${char}`])]);
  const own = words.slice(length);
  const remote = command === commands['ssh'] ? own.findIndex((word) => word === '--' || !word.startsWith('-')) : -1;
  const typed = (remote < 0 ? own : own.slice(0, remote)).filter((word) => /^--?[a-zA-Z]/.test(word)).flatMap((word) => word.replace(/=.*$/, '').split(/\|(?=-)/));
  const unknown = typed.find((word) => ![...flags, '--help', '-h'].includes(word));
  return unknown === undefined ? undefined : `"${words.slice(0, length).join(' ')}" has no flag ${unknown}`;
}
