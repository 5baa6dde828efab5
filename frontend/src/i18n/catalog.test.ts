import { parse } from '@messageformat/parser';
import { describe, expect, it } from 'vitest';
import { compileCatalog } from '../../build/messages.ts';
import { catalog } from './catalog.ts';
import { chooseLocale, locales } from './locales.ts';

/** Names of the values that a text takes. */
function variables(text: string): string[] {
  const names = new Set<string>();
  const visit = (tokens: ReturnType<typeof parse>) => {
    for (const token of tokens) {
      if ('arg' in token) names.add(token.arg);
      if ('cases' in token) for (const one of token.cases) visit(one.tokens as ReturnType<typeof parse>);
    }
  };
  visit(parse(text));
  return [...names].sort();
}

describe('texts', () => {
  it.each(locales)('compile in %s', (locale) => {
    expect(Object.keys(compileCatalog(locale))).toEqual(Object.keys(catalog));
  });

  it('are there in every language and take the same values', () => {
    for (const [key, texts] of Object.entries(catalog)) {
      expect(texts, key).toHaveLength(locales.length);
      expect(
        texts.every((text) => text.trim() !== ''),
        key,
      ).toBe(true);
      expect(variables(texts[1]), key).toEqual(variables(texts[0]));
    }
  });
});

describe('language', () => {
  it.each([
    [null, ['pt-PT', 'en'], 'pt-BR'],
    [null, ['de', 'en-GB'], 'en'],
    [null, ['de'], 'pt-BR'],
    ['en', ['pt-BR'], 'en'],
    ['xx', ['en'], 'en'],
  ] as const)('chosen %s, browser %j → %s', (chosen, preferred, expected) => {
    expect(chooseLocale(chosen, preferred)).toBe(expected);
  });

  it('is the organisation’s where the browser speaks none of ours', () => {
    expect(chooseLocale(null, ['de'], 'en')).toBe('en');
    expect(chooseLocale(null, ['de', 'pt'], 'en')).toBe('pt-BR');
    expect(chooseLocale('pt-BR', ['de'], 'en')).toBe('pt-BR');
  });
});
