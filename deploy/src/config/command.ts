import { z } from 'zod';

/**
 * Splits a command line into its words without a shell: spaces separate, quotes keep together. Commands run without a shell on
 * every target, so what only a shell understands is refused instead of passed on as a word.
 * @throws {Error} with a message for people.
 */
export function commandWords(line: string): string[] {
  const words: string[] = [];
  for (const match of line.matchAll(/\s*(?:"([^"]*)"|'([^']*)'|(\S+))/g)) {
    const [, double, single, bare] = match;
    if (bare !== undefined) {
      const shell = /[|&;<>`$"'\\]/.exec(bare);
      if (shell) {
        throw new Error(
          `has ${shell[0]}, which needs a shell; commands run without one, so put the line into an npm script`,
        );
      }
    }
    words.push(double ?? single ?? bare ?? '');
  }
  if (words.length === 0) throw new Error('is blank');
  return words;
}

/** A command in the config: a line or a list of words; the words come out. */
export const commandSchema = z
  .union([z.string(), z.array(z.string()).min(1, 'has no word')], {
    error: 'is neither a command line nor a list of words',
  })
  .transform((value, context) => {
    try {
      return typeof value === 'string' ? commandWords(value) : value;
    } catch (error) {
      context.issues.push({ code: 'custom', message: (error as Error).message, input: value });
      return z.NEVER;
    }
  });
