import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mutants } from './list.ts';
import { broken } from './mutant.ts';

const root = join(import.meta.dirname, '../..');

describe('the list of mutants', () => {
  it.each(mutants)('can still break what $id is about', (mutant) => {
    const source = readFileSync(join(root, mutant.file), 'utf8');
    expect(broken(source, mutant)).not.toBe(source);
    expect(mutant.tests.length).toBeGreaterThan(0);
    expect(mutant.tests.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect(mutant.breaks).toMatch(/\.$/);
  });

  it('names each of them once', () => {
    const ids = mutants.map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });
});
