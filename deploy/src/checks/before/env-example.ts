import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { type Check, failure, good } from '../check.ts';
import { isPlaceholder, looksSecret } from '../plausible.ts';
import { createScanner } from '../scanner.ts';

export const envExample: Check = {
  id: 'env-example',
  title: 'The example of the settings is complete and holds no real value',
  section: 'Security',
  about:
    '`.env.example` lists exactly the settings that the code knows (`example.names`), blank or with a default for development. A missing or unknown name, or a value that looks real, is a failure.',
  applies: ({ policy }) => (policy.example ? true : 'the config has no checks.example'),
  async run({ root, policy: { example }, secrets }) {
    const { file, names } = example!;
    let text: string;
    try {
      text = await readFile(path.join(root, file), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return failure(`${file} is missing.`, `Write it with these names: ${names.join(', ')}`);
    }
    const listed = parseEnv(uncommented(text));
    // Without a readable secret store the known token formats still tell.
    const scan = await createScanner(await secrets().catch(() => ({})));
    const leaks = await scan(file, text);
    const problems = [
      ...names.filter((name) => !(name in listed)).map((name) => `${name} is missing`),
      ...Object.keys(listed)
        .filter((name) => !names.includes(name))
        .map((name) => `${name} is unknown to the code`),
      ...Object.entries(listed)
        .filter(([name, value]) => isReal(name, value ?? ''))
        .map(([name]) => `${name} has a value that looks real`),
      ...leaks.map(({ line, what }) => `line ${line} holds a ${what}`),
    ];
    if (problems.length === 0) return good(`${names.length} settings`);
    return failure(problems.join('\n'), `Fix ${file}: every name that the code knows, without real values.`);
  },
};

/** Settings in the form `# NAME=value` are listed too: that is how an example shows an optional one. */
const uncommented = (text: string): string => text.replaceAll(/^#\s*(?=[A-Z_][A-Z0-9_]*=)/gm, '');

const isReal = (name: string, value: string): boolean =>
  looksSecret(name) && value.length >= 16 && !isPlaceholder(value) && !/^https?:\/\/localhost\b/.test(value);
