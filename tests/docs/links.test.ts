import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { anchorsOf, linksOf } from './markdown.ts';

const root = join(import.meta.dirname, '../..');
const files = execFileSync('git', ['ls-files', '-z', '--', '*.md'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(root, file)));

/** What is wrong with a link of a file; undefined where it leads somewhere, or out of the repository. */
function problem(file: string, to: string): string | undefined {
  if (/^[a-z]+:/i.test(to) || to.startsWith('/')) return undefined;
  const [path = '', anchor] = to.split('#');
  const target = path === '' ? join(root, file) : join(root, dirname(file), decodeURIComponent(path));
  if (relative(root, target).startsWith('..')) return 'leads out of the repository';
  if (!existsSync(target)) return 'leads to no file';
  if (!anchor || !target.endsWith('.md')) return undefined;
  return anchorsOf(readFileSync(target, 'utf8')).has(decodeURIComponent(anchor))
    ? undefined
    : 'leads to no heading';
}

it('every link in every Markdown file leads to a file and a heading that exist', () => {
  expect(files.length).toBeGreaterThan(40);
  const dead = files.flatMap((file) =>
    linksOf(readFileSync(join(root, file), 'utf8')).flatMap(({ to, line }) => {
      const what = problem(file, to);
      return what === undefined ? [] : [`${file}:${line} ${to} ${what}`];
    }),
  );
  expect(dead).toEqual([]);
});

it('finds a link that leads nowhere', () => {
  expect(linksOf('See [a](b.md#c), ![d](e.png) and `[f](g)`.\n\n    [h](i)\n')).toEqual([
    { to: 'b.md#c', line: 1 },
    { to: 'e.png', line: 1 },
  ]);
  expect([...anchorsOf('# A `b`: c, d!\n\n## Two\n\n## Two\n')]).toEqual(['a-b-c-d', 'two', 'two-1']);
  expect(problem('README.md', 'docs/none.md')).toBe('leads to no file');
  expect(problem('README.md', 'docs/dictionary.md#none')).toBe('leads to no heading');
  expect(problem('README.md', '../x.md')).toBe('leads out of the repository');
});
