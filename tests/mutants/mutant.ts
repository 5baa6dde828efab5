/** One line of the code, broken: whoever could break it unnoticed would break a promise. */
export interface Mutant {
  /** Short, and the same for ever: `npm run mutants -- ID`. */
  readonly id: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Text that occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** The nearest test files, from the root of the repository. One of their tests has to fail. */
  readonly tests: readonly string[];
  /** The promise that it breaks, as a sentence. */
  readonly breaks: string;
}

/**
 * The source with the mutant in it.
 * @throws {Error} when its text occurs there never, or more than once: the list is older than the code.
 */
export function broken(source: string, { id, file, find, replace }: Mutant): string {
  const times = source.split(find).length - 1;
  if (times !== 1) throw new Error(`${id}: its text occurs ${times} times in ${file}, not once`);
  return source.replace(find, () => replace);
}
