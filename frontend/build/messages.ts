import { compileMessageOrThrow } from '@lingui/message-utils/compileMessage';
import type { Plugin } from 'vite';
import { catalog } from '../src/i18n/catalog.ts';
import { doorCatalog } from '../src/i18n/door-catalog.ts';
import { type Locale, locales, type Messages } from '../src/i18n/locales.ts';

const prefix = 'virtual:messages/';

/**
 * Compiles the texts of one language into `virtual:messages/<locale>`, so that the browser loads only its own
 * language and needs no parser for plurals; those of the screens before the door alone into `virtual:messages/door/<locale>`.
 * A text that is not valid ICU fails the build.
 */
export function messages(): Plugin {
  return {
    name: 'conductor-messages',
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${prefix}`)) return;
      const name = id.slice(prefix.length + 1);
      const texts = name.startsWith('door/') ? doorCatalog : catalog;
      return `export default ${JSON.stringify(compileCatalog(name.replace('door/', '') as Locale, texts))}`;
    },
  };
}

/** The texts of a language in the form that Lingui reads. Throws on the first that is not valid ICU. */
export function compileCatalog(locale: Locale, texts: Messages = catalog) {
  const column = locales.indexOf(locale);
  return Object.fromEntries(
    Object.entries(texts).map(([key, one]) => [key, compileMessageOrThrow(one[column]!)]),
  );
}
