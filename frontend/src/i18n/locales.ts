/** The client's languages, in the order of the columns of every `*.messages.ts`. */
export const locales = ['pt-BR', 'en'] as const;
export type Locale = (typeof locales)[number];

/** Texts by key, each in every language: Portuguese, then English, in ICU message format. */
export type Messages = Record<string, readonly [portuguese: string, english: string]>;

/**
 * The language to start in: what the person chose, else the first of the browser's languages that we have, else
 * `otherwise`. `pt-PT` gets Portuguese and `en-GB` English.
 */
export function chooseLocale(
  chosen: string | null,
  preferred: readonly string[],
  otherwise: Locale = 'pt-BR',
): Locale {
  for (const wanted of [chosen ?? '', ...preferred]) {
    const language = wanted.slice(0, 2).toLowerCase();
    const match = locales.find((locale) => locale.slice(0, 2) === language);
    if (match) return match;
  }
  return otherwise;
}
