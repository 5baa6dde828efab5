import { expect, test } from 'vitest';
import type { Finding } from '../model/finding.ts';
import { cannotTell, combine, listed } from './check.ts';

const finding = (level: Finding['level'], title: string): Finding => ({
  level,
  title,
  ...(level !== 'ok' && { detail: `${title} is wrong`, fix: 'fix it' }),
});

test.each([
  ['ok', ['ok', 'ok']],
  ['warning', ['ok', 'warning']],
  ['failure', ['failure', 'warning', 'ok']],
  ['failure', ['ok', 'warning', 'failure']],
] as const)('of several findings the worst counts: %s', (level, levels) => {
  const answer = combine(levels.map((each, at) => finding(each, `finding ${at}`)));
  expect(answer.level).toBe(level);
  for (const [at, each] of levels.entries())
    if (each !== 'ok') expect(answer.detail).toContain(`finding ${at}: finding ${at} is wrong`);
  if (level !== 'ok') expect(answer.fix).toBe('fix it');
});

test('what cannot be told is a warning, never a pass', () => {
  expect(cannotTell('nobody answers', 'ask again')).toEqual({
    level: 'warning',
    detail: 'Cannot tell: nobody answers',
    fix: 'ask again',
  });
});

test('a long list says how much of it is left out', () => {
  expect(listed(['a', 'b', 'c'], 2)).toBe('a\nb\n… and 1 more');
  expect(listed(['a', 'b'], 2)).toBe('a\nb');
});
