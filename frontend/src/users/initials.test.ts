import { expect, it } from 'vitest';
import { initialsOf } from './initials.tsx';

it.each([
  ['Ana Beatriz Souza', 'AS'],
  ['marina', 'M'],
  [' Érico  Veríssimo ', 'ÉV'],
  ['😀 Silva', '😀S'],
])('%s → %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
