import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dialogs } from './dialogs.ts';

it('knows how to open every dialog and drawer of the client', () => {
  const source = join(import.meta.dirname, '../../frontend/src');
  const inSource = globSync('**/*.tsx', { cwd: source }).flatMap((file) => {
    const count = readFileSync(join(source, file), 'utf8').match(
      /<(?:Modal|Drawer|Spotlight\.Root)\b/g,
    )?.length;
    return count === undefined ? [] : [[file, count] as const];
  });
  expect(inSource.length).toBeGreaterThan(15);
  const known = Object.entries(dialogs).map(([file, ways]) => [file, ways.length] as const);
  expect(Object.fromEntries(known)).toEqual(Object.fromEntries(inSource));
});
