import { escapeRegex } from './filter.ts';

/** Lower case without accents, so that "joao" finds "João". */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();
}

function words(text: string): string[] {
  return fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

/**
 * What a record is found by: the words of its texts, and the digits of its phones and CNPJ
 * (phones also by their last 8 and 9 digits, as people type them).
 */
export function searchTokens(
  texts: readonly (string | null | undefined)[],
  numbers: readonly (string | null | undefined)[] = [],
): string[] {
  const tokens = new Set<string>();
  for (const text of texts) {
    if (!text) continue;
    for (const word of words(text)) tokens.add(word.slice(0, 40));
    if (text.includes('@')) tokens.add(fold(text).slice(0, 80));
  }
  for (const number of numbers) {
    const digits = number?.replace(/\W/g, '').toLowerCase();
    if (!digits) continue;
    for (const token of [digits, digits.slice(-11), digits.slice(-9), digits.slice(-8)]) tokens.add(token);
  }
  return [...tokens].slice(0, 80);
}

/** All words of `q` must each start a token. Nothing to search for gives no condition. */
export function searchFilter(q: string | undefined): { $and?: { search: RegExp }[] } {
  const text = q ?? '';
  const compact = text.replace(/[\s().+-]/g, '');
  const wanted = /^\d{4,}$/.test(compact)
    ? [compact]
    : text.includes('@')
      ? [fold(text.trim())]
      : words(text);
  return wanted.length === 0
    ? {}
    : { $and: wanted.slice(0, 8).map((word) => ({ search: new RegExp(`^${escapeRegex(word)}`) })) };
}
