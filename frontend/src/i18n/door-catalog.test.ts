import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { catalog } from './catalog.ts';
import { doorCatalog } from './door-catalog.ts';

/** The text of a file of the client and of every one that it imports at once, by path. */
async function sources(file: string, found = new Map<string, string>()): Promise<Map<string, string>> {
  if (found.has(file)) return found;
  const text = await readFile(file, 'utf8');
  found.set(file, text);
  for (const [, path] of text.matchAll(/^(?:import|export|\}) [^;]*?from '(\.[^']+\.tsx?)'/gm))
    await sources(resolve(dirname(file), path!), found);
  return found;
}

it('has every text that the screens before the door name', async () => {
  const files = await sources(fileURLToPath(new URL('../door-app.tsx', import.meta.url)));
  expect([...files.keys()].some((file) => file.endsWith('session/person.ts'))).toBe(true);
  const missing = [...files].flatMap(([file, text]) =>
    file.endsWith('.messages.ts') || file.endsWith('catalog.ts') || file.endsWith('.generated.ts')
      ? []
      : [...text.replaceAll(/\/\*[\s\S]*?\*\//g, '').matchAll(/'([\w.]+)'/g)]
          .map(([, key]) => key!)
          .filter((key) => key in catalog && !(key in doorCatalog)),
  );
  expect(missing).toEqual([]);
});
