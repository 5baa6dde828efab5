/** What a service's secret variables are called in its container; only the container sees them. */
export const settingsName = 'conductor-settings';

/** Where the engine puts a file of that name. */
const settingsFile = `/run/secrets/${settingsName}`;

/**
 * Variables as a file for a shell to read, in single quotes, so that every value arrives as it is: line breaks, `#`, `$` and quotes too.
 * A process of the container has them in its environment, and whoever inspects the service sees none of them.
 * @throws {Error} for a name that no shell takes, or a value with a zero byte
 */
export const settingsText = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      if (!/^[A-Za-z_]\w*$/.test(name))
        throw new Error(`${name} cannot be the name of a variable in a container`);
      if (value.includes('\0'))
        throw new Error(`The value of ${name} has a zero byte, which no variable can hold`);
      return `${name}='${value.replaceAll("'", `'\\''`)}'\n`;
    })
    .join('');

/** Reads the file into the environment and becomes the program: no shell stays between it and its signals. */
const script = `set -a; . ${settingsFile}; set +a; exec "$@"`;

/** The words that start a program with the variables of {@link settingsName}. Its image needs `/bin/sh`. */
export const withSettings = (words: readonly string[]): string[] => ['/bin/sh', '-c', script, 'sh', ...words];
