import { parseEnv } from 'node:util';
import { ConductorError, exitCode } from '../errors.ts';
import { type Secrets, secretName } from './document.ts';

/**
 * Reads the text of an `.env` file: `NAME=value` with or without `export`, values in quotes of any kind and over several lines, comments,
 * any line ends, a byte order mark. Values are read as Node reads them, and `\"` in double quotes, which Node does not know, as a shell
 * does. Blank values are returned as `blank`, not as secrets: an `.env` lists settings that nobody filled in, and importing them would
 * hide what is missing. All or nothing: a parser that skips a line loses a secret.
 * @throws {ConductorError} `secrets.unreadable-lines` (exit 2), naming every line that cannot be read by its number: its text may be a secret.
 */
export function parseDotenv(text: string): { secrets: Secrets; blank: string[] } {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .split('\n');
  const found = new Map<string, string>();
  const problems: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const entry = entryAt(lines, at);
    if (typeof entry === 'string') problems.push(`line ${at + 1} ${entry}`);
    else if (entry) found.set(entry.name, entry.value);
    at += entry && typeof entry === 'object' ? entry.lines : 1;
  }
  if (problems.length > 0) throw unreadable(problems);
  return {
    secrets: Object.fromEntries([...found].filter(([, value]) => value.trim() !== '')),
    blank: [...found].filter(([, value]) => value.trim() === '').map(([name]) => name),
  };
}

interface Entry {
  readonly name: string;
  readonly value: string;
  /** How many lines it takes. */
  readonly lines: number;
}

const assignment = /^\s*(?:export\s+)?([^\s=]+)\s*=\s*/;
const quoted = /^(?:"((?:\\"|[^"])*)"|'[^']*'|`[^`]*`)[^\S\n]*(?:#[^\n]*)?(?=\n|$)/;

/** What begins at a line: nothing (blank, a comment), an entry, or what is wrong with it. */
function entryAt(lines: readonly string[], at: number): Entry | string | undefined {
  const line = lines[at]!;
  if (/^\s*(?:#|$)/.test(line)) return undefined;
  // What was not UTF-8 was read as this character; nobody knows what it was.
  if (line.includes('\uFFFD')) return 'is not UTF-8';
  const [start, name] = assignment.exec(line) ?? [];
  if (start === undefined || name === undefined) return 'is not NAME=value';
  // Its name is not said: what stands before the = may be the end of a value that was broken into lines.
  if (!secretName.safeParse(name).success) return 'has no name that an environment variable can have';
  const first = line.slice(start.length);
  if (!/^["'`]/.test(first)) {
    if (/\S#/.test(first))
      return 'has a # that is either a comment or part of the value; put quotes around the value';
    return { name, value: parseEnv(line)[name] ?? '', lines: 1 };
  }
  const [whole, double] = quoted.exec([first, ...lines.slice(at + 1)].join('\n')) ?? [];
  if (whole === undefined) return 'has a quote that is not closed, or something behind the value';
  if (whole.includes('\uFFFD')) return 'is not UTF-8';
  const value = double?.includes('\\"') ? unescaped(double) : parseEnv(`${name}=${whole}`)[name]!;
  return { name, value, lines: whole.split('\n').length };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
const unescaped = (text: string): string =>
  text.replace(/\\([nrt"\\$`])/g, (_, code) => escapes[code] ?? code);

function unreadable(problems: readonly string[]): ConductorError {
  return new ConductorError({
    code: 'secrets.unreadable-lines',
    message: `Nothing was imported: ${problems.length === 1 ? 'a line' : `${problems.length} lines`} cannot be read:\n${problems.map((each) => `  ${each}`).join('\n')}`,
    hint: 'Write each as NAME=value, or as NAME="value" where it has several lines, a # or blanks at its ends, and import the file again.',
    exit: exitCode.usage,
  });
}

/** Throws `secrets.bad-name` unless every name can be an environment variable. */
export function assertNames(names: readonly string[]): void {
  const bad = names.filter((name) => !secretName.safeParse(name).success);
  if (bad.length === 0) return;
  throw new ConductorError({
    code: 'secrets.bad-name',
    message: `Not a name for an environment variable: ${bad.map((name) => JSON.stringify(name)).join(', ')}.`,
    hint: 'Use letters, digits and _, not starting with a digit. A value never belongs in the command line.',
    exit: exitCode.usage,
  });
}
