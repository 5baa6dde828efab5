import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadCommand } from './commands.ts';
import { parse } from './parse.ts';

/** Command lines of the pages that people follow in a hurry, without the comments beside them. */
async function linesOf(page: string): Promise<string[]> {
  const text = await readFile(path.resolve(import.meta.dirname, '../../../docs', page), 'utf8');
  const written = text.matchAll(/^ {4}(?:.*\| )?(conductor .*)$|`(conductor [a-z][^`]*)`/gm);
  return [...written].map(([, line, inline]) => (line ?? inline)!.replace(/\s+#.*$/, ''));
}

test.each(['RUNBOOK.md', 'guides/secrets.md'])(
  'every command in docs/%s exists as it is written',
  async (page) => {
    const lines = await linesOf(page);
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      const [, name, ...words] = line.match(/"[^"]*"|\S+/g)!;
      const command = await loadCommand(name!);
      expect(command, line).toBeDefined();
      expect(() => parse(command!, words), line).not.toThrow();
    }
  },
);
