import { describe, expect, test } from 'vitest';
import { fits } from './fits.ts';

describe('what fits until the answer arrives', () => {
  test.each([
    ['Beatriz Lima', '', true],
    ['Beatriz Lima', 'bea', true],
    ['Beatriz Lima', 'lima beatriz', true],
    ['Beatriz Lima', 'Beatriz ', true],
    ['João Conceição', 'conceicao', true],
    ['Joao', 'joão', true],
    ['Aço & Cia.', 'cia', true],
    ['Beatriz Lima', 'triz', false],
    ['Caio Mendes', 'beatriz', false],
    ['Beatriz Lima', 'beatriz souza', false],
  ])('%s for "%s": %s', (text, typed, expected) => {
    expect(fits(text, typed)).toBe(expected);
  });
});
