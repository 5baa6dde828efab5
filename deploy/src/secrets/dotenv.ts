import { parseEnv } from 'node:util';
import { ConductorError, exitCode } from '../errors.ts';
import { type Secrets, secretName } from './document.ts';

/**
 * Reads the text of an `.env` file as Node does. Blank values are returned as `blank`, not as secrets: an `.env` lists settings
 * that nobody filled in, and importing them would hide what is missing. Throws `secrets.bad-name` naming every bad name.
 */
export function parseDotenv(text: string): { secrets: Secrets; blank: string[] } {
  const entries = Object.entries(parseEnv(text)).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  assertNames(entries.map(([name]) => name));
  return {
    secrets: Object.fromEntries(entries.filter(([, value]) => value.trim() !== '')),
    blank: entries.filter(([, value]) => value.trim() === '').map(([name]) => name),
  };
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
