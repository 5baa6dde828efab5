import { i18n, type Messages } from '@lingui/core';
import { useLingui } from '@lingui/react';
import { useMemo } from 'react';
import { storage } from '../browser/storage.ts';
import type { MessageKey } from './catalog.ts';
import { chooseLocale, type Locale } from './locales.ts';

const load: Record<Locale, () => Promise<{ default: Messages }>> = {
  'pt-BR': () => import('virtual:messages/pt-BR'),
  en: () => import('virtual:messages/en'),
};

/** The language of this browser before anybody signed in; `otherwise` where it speaks none of ours. */
export const initialLocale = (otherwise?: Locale): Locale =>
  chooseLocale(storage.get('locale'), navigator.languages, otherwise);

/** Loads a language and shows the client in it from now on. */
export async function activate(locale: Locale): Promise<void> {
  const { default: messages } = await load[locale]();
  document.documentElement.lang = locale;
  i18n.loadAndActivate({ locale, messages });
}

/** Like {@link activate}, and remembered in this browser. */
export async function chooseLanguage(locale: Locale): Promise<void> {
  storage.set('locale', locale);
  await activate(locale);
}

export type Translate = (key: MessageKey, values?: Record<string, string | number>) => string;

/** A text outside React, such as in a notification that a mutation shows. */
export const translate: Translate = (key, values) => i18n._(key, values);

/** `t('leads.count', { count })` in the language of the screen, which renders again when that changes. */
export function useText(): { t: Translate; locale: Locale } {
  const { i18n: current } = useLingui();
  const locale = current.locale as Locale;
  return useMemo(() => ({ t: (key, values) => current._(key, values), locale }), [current, locale]);
}
