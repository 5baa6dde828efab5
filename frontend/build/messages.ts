import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage';
import type { Plugin } from 'vite';
import { catalog } from '../src/i18n/catalog.ts';
import { type Locale, locales } from '../src/i18n/locales.ts';

const prefix = 'virtual:messages/';

/**
 * Compiles the texts of one language into `virtual:messages/<locale>`, so that the browser loads only its own
 * language and needs no parser for plurals. A text that is not valid ICU fails the build.
 */
export function messages(): Plugin {
  return {
    name: 'conductor-messages',
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${prefix}`)) return;
      return `export default ${JSON.stringify(compileCatalog(id.slice(prefix.length + 1) as Locale))}`;
    },
  };
}

/** The texts of a language in the form that Lingui reads. Throws on the first that is not valid ICU. */
export function compileCatalog(locale: Locale) {
  const column = locales.indexOf(locale);
  return Object.fromEntries(
    Object.entries(catalog).map(([key, texts]) => [key, compileMessageOrThrow(texts[column]!)]),
  );
}
