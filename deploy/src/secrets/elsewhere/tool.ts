import { stripVTControlCharacters } from 'node:util';
import { commandLine } from '../../targets/shell-words.ts';
import { NotRead } from './not-read.ts';
import { NotThere, type RunOptions, type Said, saying } from './program.ts';

/** The own program of a vault, by which its secrets are read. */
export interface Tool {
  readonly program: string;
  /** Where to get it. */
  readonly from: string;
  /** What it says to people whom it does not know, or who may not. */
  readonly refusals: RegExp;
  /** How to be let in. */
  readonly letIn: string;
}

/**
 * Has a vault's own program say a secret.
 * @throws {NotRead} with the tool's own first line, where it failed: of such a tool that is about the secret, never the secret.
 */
export async function askTool(
  { program, from, refusals, letIn }: Tool,
  args: readonly string[],
  address: string,
  options: RunOptions,
): Promise<string> {
  let said: Said;
  try {
    said = await saying([program, ...args], options);
  } catch (error) {
    if (!(error instanceof NotThere)) throw error;
    throw new NotRead(
      address,
      'tool-missing',
      `the program ${program} is not on this machine`,
      `Install it: ${from}`,
    );
  }
  const { code, stdout, stderr } = said;
  if (code === 0) return stdout;
  const line = firstLine(stderr);
  const why = line === '' ? `${program} ended with ${code ?? 'a signal'}` : `${program}: ${line}`;
  if (refusals.test(stderr)) throw new NotRead(address, 'not-authorised', why, letIn);
  throw new NotRead(
    address,
    'not-read',
    why,
    `See what ${program} says to it: ${commandLine([program, ...args])}`,
  );
}

/** Without what a terminal would take for orders, a stamp of the time, and the point at its end. */
const firstLine = (text: string): string =>
  stripVTControlCharacters(text)
    .trim()
    .split('\n', 1)[0]!
    .replace(/^\[ERROR\] [\d/]+ [\d:]+ /, '')
    .replace(/\.$/, '')
    .slice(0, 300);
